"""`autoencode corrupt`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from autoencode.cli.completion import corruption_names
from autoencode.cli.console import errors, out


def corrupt(
    files: Annotated[list[Path], typer.Argument(help="Pictures of any size, and folders of pictures.")],
    corruption: Annotated[
        list[str],
        typer.Option(
            help="What corrupts them, as NAME, NAME:AMOUNT or NAME:LOW..HIGH; given several times, one after the other. "
            "See: autoencode list corruptions.",
            autocompletion=corruption_names,
        ),
    ],
    out_folder: Annotated[Path, typer.Option("--out", "-o", help="Where to write.")] = Path("corrupted"),
    seed: Annotated[int, typer.Option(min=0, help="Of the noise.")] = 0,
) -> None:
    """Write corrupted copies of pictures, and a sheet with originals above them: what a training would see.

    Copies are PNG files of the size and the names of the pictures; no file that you give is ever overwritten. With a
    text in place of a logo, --corruption 'watermark:© Me' writes it over each picture. Where kinds stand with bars
    between them, each picture suffers one; none leaves it as it is.

    \b
    autoencode corrupt scan.png --corruption stain --corruption crease:0.3..0.8
    autoencode corrupt photos/ --corruption watermark:logo.png --corruption jpeg:30 -o corrupted/
    autoencode corrupt photos/ --corruption 'blur:2 | scratch | none'
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    with TerminalReporter() as reporter:
        done = tasks.corrupt(files, corruption, out_folder, seed=seed, reporter=reporter)
    if done.skipped:
        errors.print(f"{len(done.skipped)} skipped")
    out.print(f"{len(done.files)} corrupted")
    out.print(f"see      [bold]{escape(str(done.sheet))}[/]")
