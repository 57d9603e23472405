"""`autoencode decompress`."""

from pathlib import Path
from typing import Annotated

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import errors, out, print_note, print_result
from autoencode.cli.options import ForceOption
from autoencode.errors import ArgumentError


@command("decompress", Panel.ELSEWHERE, rank=5)
def decompress(
    file: Annotated[Path, typer.Argument(help="A file of `autoencode compress`.", show_default=False)],
    out_folder: Annotated[
        Path | None, typer.Option("--out", "-o", help="A folder.", show_default="the file's name without .aec")
    ] = None,
    run: Annotated[
        Path | None, typer.Option(help="The run that compressed it.", show_default="the one in it, or of its name")
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option(help="Write a page that shows the pictures in any browser, instead.", show_default=False),
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="A file to give back; can be said again.")] = None,
    salvage: Annotated[bool, typer.Option("--salvage", help="Give back what is whole in a damaged file.")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Decode everything, and write nothing.")] = False,
    *,
    force: ForceOption = False,
) -> None:
    """Give back the files in a compressed file, byte for byte.

    --page PAGE.html writes one page with the compressed file and the decoder in
    it, offline, for photographs that were compressed without a run.

    \b
    autoencode decompress test.aec -o back/
    autoencode decompress photos.aec --only photos/a.png
    autoencode decompress photos.aec --page photos.html
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter
    from autoencode.runs.listing import find_run

    if page is not None:
        if out_folder or run or only or salvage or verify:
            raise ArgumentError(
                "--page writes a page with the whole file, and nothing else: leave the other options out"
            )
        _write_page(file, page)
        return
    folder = out_folder or file.with_suffix("")
    opened = None if run is None else tasks.Run(find_run(run))
    with TerminalReporter() as reporter:
        done = tasks.decompress(
            file, folder, opened, only=only or (), salvage=salvage, verify=verify, reporter=reporter
        )
    for name in done.incomplete:
        errors.write_line(f"{name} is not whole in the file, and was left out")
    if verify:
        print_note(f"all of {len(done.names):,} file{'s'[: len(done.names) != 1]} is whole")
    else:
        print_result(f"{len(done.names):,} file{'s'[: len(done.names) != 1]}", folder)


def _write_page(file: Path, page: Path) -> None:
    from autoencode import tasks

    written = tasks.album(file, page)
    size = f"{written.stat().st_size / 1e6:.1f} MB, opens in any browser"
    out.write_line("page     ", (str(written), "bold"), f"  ({size})")
