"""`autoencode similar`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import errors, out
from autoencode.cli.options import ClassOption, ExampleOptions, ForceOption, RunArgument, RunOptions

if TYPE_CHECKING:
    from autoencode.tasks import Similar


@command("similar", Panel.ELSEWHERE, rank=2)
def similar(
    run: RunArgument,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="A picture, or an example of the data such as test:17; then where to search: pictures and folders. "
            "With --duplicates only where to search.",
            show_default="the data of the run",
        ),
    ] = None,
    n: Annotated[int, typer.Option("-n", min=1, help="Number of similar ones.")] = 12,
    duplicates: Annotated[
        float | None,
        typer.Option(
            metavar="DISTANCE",
            help="Find groups of nearly equal ones instead, no further apart than this: 0 for equal codes, 1 for the "
            "median distance of two; 0.05 is a start.",
            show_default=False,
        ),
    ] = None,
    out_file: Annotated[
        Path | None, typer.Option("--out", "-o", help="The sheet.", show_default="RUN/similar.png")
    ] = None,
    of_class: ClassOption = None,
    *,
    reading: ExampleOptions,
    options: RunOptions,
    force: ForceOption = False,
) -> None:
    """Find pictures with near codes: like another one, or nearly equal among many.

    Distances are Euclidean, between posterior means, in units of the median
    distance of two pictures.

    \b
    autoencode similar runs/photos-pca-vae a.jpg photos/ -n 12
    autoencode similar runs/photos-pca-vae test:17
    autoencode similar runs/photos-pca-vae photos/ --duplicates 0.05
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter
    from autoencode.errors import ArgumentError

    given = list(files or ())
    if duplicates is None and not given:
        raise ArgumentError(
            "name a picture, or an example such as test:17; or look for nearly equal ones by --duplicates 0.05"
        )
    opened = options.open(run, reading)
    with TerminalReporter() as reporter:
        if duplicates is None:
            found = tasks.similar(opened, given[0], given[1:], out_file, n=n, of_class=of_class, reporter=reporter)
        else:
            found = tasks.duplicates(opened, given, out_file, within=duplicates, of_class=of_class, reporter=reporter)
    _print(found, grouped=duplicates is not None)


def _print(found: "Similar", *, grouped: bool) -> None:
    if found.skipped:
        errors.write_line(f"{sum(skip.count for skip in found.skipped):,} files skipped")
    lines = found.lines or [[""] * len(group) for group in found.groups]
    for group, far, texts in zip(found.groups, found.distances, lines, strict=True):
        for place, (name, distance, text) in enumerate(zip(group, far, texts, strict=True)):
            first = place == 0
            number = (
                f"{len(group):>4}  " if grouped and first else f"{place:>4}  " if not grouped and not first else " " * 6
            )
            out.write_line(
                f"{number}{'' if first else f'{distance:.3f}':>6}  ",
                (name, "bold" if first else ""),
                f"  {text}" * bool(text),
            )
    if grouped:
        count = sum(map(len, found.groups))
        groups = f"{count:,} of {found.searched:,} are in {len(found.groups):,} groups of nearly equal ones"
        out.write_line(groups if count else f"no two of {found.searched:,} are so near")
    if found.sheet:
        out.write_line("see      ", (str(found.sheet), "bold"))
