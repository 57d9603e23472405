"""`autoencode export`."""

from pathlib import Path
from typing import Annotated

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import print_note, print_result
from autoencode.cli.options import ForceOption, RunArgument, RunOptions


@command("export", Panel.ELSEWHERE, rank=3)
def export(
    run: RunArgument,
    to: Annotated[str, typer.Option(help="onnx, for any language and device, or pt2, for PyTorch.")] = "onnx",
    out_folder: Annotated[
        Path | None, typer.Option("--out", "-o", help="The folder.", show_default="RUN/onnx or RUN/pt2")
    ] = None,
    *,
    options: RunOptions,
    force: ForceOption = False,
) -> None:
    """Write encoder and decoder as files that run without autoencode.

    Batches may have any size. Each file is compared with PyTorch before it is
    kept; a README and export.json beside them give names, shapes and units.

    \b
    autoencode export runs/photos-pca-vae
    autoencode export last --to pt2 -o exported/
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    opened = options.open(run)
    with TerminalReporter() as reporter:
        done = tasks.export(opened, to, out_folder, reporter=reporter)
    print_note(f"equal to PyTorch but for {done.difference:.1e} of the largest number, on batches of 1, 2, 5 and 16")
    print_result(f"{done.files[0].name}, {done.files[1].name}", done.files[-1])
