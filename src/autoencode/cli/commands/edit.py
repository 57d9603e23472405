"""`autoencode edit`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import out, print_lines, print_note, print_result
from autoencode.cli.options import EXAMPLE, ClassOption, ExampleOptions, ForceOption, RunArgument, RunOptions
from autoencode.errors import ArgumentError

if TYPE_CHECKING:
    from autoencode.latent.directions import Direction
    from autoencode.runs.run import Run

_WithoutOption = Annotated[
    Path | None,
    typer.Option(
        "--from",
        help="A folder of pictures without the attribute. Its direction is saved under the attribute's name.",
    ),
]

_OutOption = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="A .png for a sheet, or a folder.", show_default="RUN/edits/FILE"),
]


@command("edit", Panel.USE, rank=6)
def edit(
    run: RunArgument,
    file: Annotated[
        str | None,
        typer.Argument(help=EXAMPLE, show_default="none, with --list"),
    ] = None,
    attribute: Annotated[
        list[str] | None,
        typer.Option("--attribute", "-a", help="NAME+AMOUNT, NAME-AMOUNT or NAME=VALUE; can be given several times."),
    ] = None,
    without: _WithoutOption = None,
    having: Annotated[Path | None, typer.Option("--to", help="A folder of pictures with the attribute.")] = None,
    orthogonal: Annotated[
        bool, typer.Option("--orthogonal", help="Make the directions of several attributes orthogonal to each other.")
    ] = False,
    strip: Annotated[bool, typer.Option("--strip", help="Show each attribute in several steps.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="List the known attributes and exit.")] = False,
    out_path: _OutOption = None,
    of_class: ClassOption = None,
    *,
    reading: ExampleOptions,
    options: RunOptions,
    force: ForceOption = False,
) -> None:
    """Make an attribute of a picture stronger or weaker.

    An attribute is a class of the data, or the difference between two folders of pictures. Its direction in the latent
    space goes from the mean code of pictures without it to the mean code of pictures with it; an amount of 1 adds that
    difference once. A model that learned attributes (attribute-vae) is given a value: all else stays.

    \b
    autoencode edit runs/clothes shoe.png --attribute "ankle boot+0.8" --strip
    autoencode edit runs/faces me.png -a smiling+1.5 --from plain/ --to smiling/
    autoencode edit runs/faces me.png -a smiling+1 -a hat-0.5 --orthogonal
    autoencode edit runs/faces me.png -a hair=long -a mouth=smile
    autoencode edit runs/faces --list
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    opened = options.open(run, reading)
    tasks.check_output(out_path, [file])
    if list_:
        _list(opened)
        return
    if file is None:
        raise ArgumentError("name the picture to edit: a file, or an example of the data such as test:17")
    if (without is None) != (having is None):
        raise ArgumentError("--from and --to belong together: give both, such as --from plain/ --to smiling/")
    reporter = TerminalReporter()
    changes = [tasks.parse_attribute_change(text) for text in attribute or ()]
    if without is not None and having is not None:
        if len(changes) != 1:
            raise ArgumentError(
                f"--from and --to define one attribute, but --attribute was given {len(changes)} times: give it once"
            )
        if not isinstance(changes[0], tasks.AttributeChange):
            raise ArgumentError("--from and --to define a direction: give it an amount, such as --attribute smiling+1")
        found = tasks.direction_between_folders(opened, changes[0].name, without, having, of_class)
        reporter.note(_save(opened, found))
    made = tasks.edit(opened, file, changes, orthogonal=orthogonal, of_class=of_class, reporter=reporter)
    files = tasks.save_edit(opened, made, out_path, strip=strip)
    print_lines(opened, made.before)
    print_lines(opened, made.after)
    print_result(", ".join(map(str, changes)), files[-1])


def _save(run: "Run", found: "Direction") -> str:
    """Saves a direction with the run, and says so."""
    from autoencode import tasks

    tasks.save_direction(run, found)
    counts = f"{found.n_without} pictures without it, {found.n_with} with it"
    return f"direction of '{found.name}': {counts}; saved in {run.path}"


def _list(run: "Run") -> None:
    from autoencode import tasks

    kept = tasks.saved_directions(run)
    for name, one in kept.items():
        out.write_line(f"{name:24} {one.n_without:,} examples without, {one.n_with:,} with")
    for name in run.classes:
        if name not in kept:
            out.write_line(f"{name:24} a class of the data")
    attributes = tasks.attribute_values(run)
    for name, values in attributes.items():
        out.write_line(f"{name:24} {', '.join(values)}")
    if not kept and not run.classes and not attributes:
        print_note("no attributes yet; two folders define one: --attribute NAME+1 --from plain/ --to smiling/")
