"""`autoencode edit`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autoencode.cli.console import out, print_result
from autoencode.cli.latent_options import EXAMPLE, print_note
from autoencode.cli.run_options import ClassOption, DeviceOption, LastOption, RunArgument, TrustOption
from autoencode.errors import ArgumentError

if TYPE_CHECKING:
    from autoencode.runs.run import Run


def edit(
    run: RunArgument,
    file: Annotated[
        str | None,
        typer.Argument(help=EXAMPLE, show_default="none, with --list"),
    ] = None,
    attribute: Annotated[
        list[str] | None,
        typer.Option("--attribute", "-a", help="NAME+AMOUNT or NAME-AMOUNT; several times for several."),
    ] = None,
    without: Annotated[
        Path | None, typer.Option("--from", help="A folder of pictures without the attribute; it is kept by its name.")
    ] = None,
    having: Annotated[Path | None, typer.Option("--to", help="A folder of pictures with it.")] = None,
    orthogonal: Annotated[
        bool, typer.Option("--orthogonal", help="Of several attributes, each without what it shares with the others.")
    ] = False,
    strip: Annotated[bool, typer.Option("--strip", help="Show each attribute in steps.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="List the attributes that are known, and stop.")] = False,
    out_path: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A .png for a sheet, or a folder.", show_default="RUN/edits/FILE"),
    ] = None,
    of_class: ClassOption = None,
    last: LastOption = False,
    device: DeviceOption = "auto",
    trust: TrustOption = None,
) -> None:
    """Make an attribute of a picture stronger or weaker.

    An attribute is a class of the data, or what the pictures of one folder have and those of another lack. An amount of
    1 is as far as the mean of those with it is from the mean of those without.

    \b
    autoencode edit runs/fashion-mnist-conv-vae shoe.png --attribute "ankle boot+0.8" --strip
    autoencode edit runs/faces-conv-vae me.png -a smiling+1.5 --from plain/ --to smiling/
    autoencode edit runs/faces-conv-vae me.png -a smiling+1 -a hat-0.5 --orthogonal -o changed.png
    autoencode edit runs/faces-conv-vae --list
    """
    from autoencode import tasks

    opened = tasks.Run(run, trust=trust, last=last, device=device)
    if list_:
        _list(opened)
        return
    if file is None:
        raise ArgumentError("say which picture to edit: a file, or an example of the data such as test:17")
    if (without is None) != (having is None):
        raise ArgumentError("an attribute of folders needs both: --from plain/ --to smiling/")
    changes = [tasks.parse_attribute_change(text) for text in attribute or ()]
    if without is not None and having is not None:
        if len(changes) != 1:
            raise ArgumentError("two folders are one attribute: give --attribute once")
        found = tasks.direction_between_folders(opened, changes[0].name, without, having, of_class)
        tasks.save_direction(opened, found)
        print_note(f"'{found.name}' is from {found.n_without} pictures to {found.n_with}, and is kept in {opened.path}")
    made = tasks.edit(opened, file, changes, orthogonal=orthogonal, of_class=of_class, on_note=print_note)
    files = tasks.save_edit(opened, made, out_path, strip=strip)
    print_result(", ".join(f"{one.name} {one.amount:+g}" for one in changes), files[-1])


def _list(run: "Run") -> None:
    from autoencode import tasks

    kept = tasks.saved_directions(run)
    for name, one in kept.items():
        out.print(f"{name:24} {one.n_without:,} examples without, {one.n_with:,} with", markup=False)
    for name in run.classes:
        if name not in kept:
            out.print(f"{name:24} a class of the data", markup=False)
    if not kept and not run.classes:
        print_note("none yet: one comes from two folders, --attribute NAME+1 --from plain/ --to smiling/")
