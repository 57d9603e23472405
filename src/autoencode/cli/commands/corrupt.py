"""`autoencode corrupt`."""

from pathlib import Path
from typing import Annotated

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import errors, out
from autoencode.cli.options import ForceOption, corruption_names


@command("corrupt", Panel.REFERENCE, rank=1)
def corrupt(
    files: Annotated[list[Path], typer.Argument(help="Pictures of any size, and folders of pictures.")],
    corruption: Annotated[
        list[str],
        typer.Option(
            help="NAME, NAME:AMOUNT or NAME:LOW..HIGH; several are applied in order. See: autoencode list corruptions.",
            autocompletion=corruption_names,
        ),
    ],
    out_folder: Annotated[Path, typer.Option("--out", "-o", help="Where to write.")] = Path("corrupted"),
    seed: Annotated[int, typer.Option(min=0, help="Seed of the corruptions.")] = 0,
    force: ForceOption = False,
) -> None:
    """Write corrupted copies of pictures, as a denoising model would be trained on.

    The copies are PNG files with the size and the name of the originals; no file that you give is overwritten. A sheet
    shows originals above corrupted copies. --corruption 'watermark:© Me' writes a text over each picture. Of kinds with
    bars between them, each picture gets one, drawn at random; none leaves a picture as it is.

    \b
    autoencode corrupt scan.png --corruption stain --corruption crease:0.3..0.8
    autoencode corrupt photos/ --corruption watermark:logo.png -o corrupted/
    autoencode corrupt photos/ --corruption 'blur:2 | scratch | none'
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    with TerminalReporter() as reporter:
        done = tasks.corrupt(files, corruption, out_folder, seed=seed, reporter=reporter)
    if done.skipped:
        errors.write_line(f"{sum(skip.count for skip in done.skipped):,} files skipped")
    out.write_line(f"{len(done.files)} corrupted")
    out.write_line("see      ", (str(done.sheet), "bold"))
