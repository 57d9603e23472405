"""`autoencode compress`."""

from pathlib import Path
from typing import Annotated

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import command_line, errors, out, print_note, print_result
from autoencode.cli.options import ForceOption, RunArgument, RunOptions


@command("compress", Panel.ELSEWHERE, rank=4)
def compress(
    run: RunArgument,
    inputs: Annotated[
        list[str] | None, typer.Argument(help="Files, folders, or examples: test, test:1..100.", show_default=False)
    ] = None,
    out_file: Annotated[
        Path | None, typer.Option("--out", "-o", help="A file in .aec.", show_default="RUN/compressed.aec")
    ] = None,
    pixels_only: Annotated[
        bool, typer.Option("--pixels-only", help="Keep of PNG, GIF and WebP the pixels, not the bytes.")
    ] = False,
    embed_model: Annotated[
        bool, typer.Option("--embed-model", help="Put the model into the file: it then needs no run.")
    ] = False,
    *,
    options: RunOptions,
    force: ForceOption = False,
) -> None:
    """Compress files and examples without loss, as small as the model can.

    The model must have a probability mass (--likelihood discretized-logistic,
    mixture-of-discretized-logistics, categorical, binomial; bernoulli for black
    and white). Every byte comes back, on any computer.

    \b
    autoencode compress last test -o test.aec
    autoencode compress runs/photos-conv-vae photos/ -o photos.aec --embed-model
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    opened = options.open(run)
    path = out_file or opened.path / "compressed.aec"
    with TerminalReporter() as reporter:
        done = tasks.compress(
            opened, inputs or [], path, pixels_only=pixels_only, embed_model=embed_model, reporter=reporter
        )
    for line in done.notes:
        errors.write_line(line)
    for line in done.lines:
        print_note(line)
    print_result(f"{done.files:,} file{'s'[: done.files != 1]} in {done.size:,} bytes", path)
    out.write_line("next     ", command_line("decompress", path), style="dim")
