"""`autoencode clean`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import INTERRUPTED, errors, out
from autoencode.errors import ArgumentError

if TYPE_CHECKING:
    from autoencode.cleaning import Cleaned


def _names(incomplete: str) -> list[str]:
    from autoencode.cleaning import ready_models

    return [name for name in ready_models if name.startswith(incomplete)]


@command("clean", Panel.USE, rank=0)
def clean(
    files: Annotated[
        list[Path], typer.Argument(help="Pictures, PDF files, and folders of them; - for a picture in a pipe.")
    ],
    out_folder: Annotated[Path, typer.Option("--out", "-o", help="Where to write.")] = Path("clean"),
    what: Annotated[
        str, typer.Option(help="Which model. See: autoencode list models.", autocompletion=_names)
    ] = "scan",
    strength: Annotated[float, typer.Option(min=0, max=1, help="1 for all of it, 0.5 for half of it.")] = 1.0,
    check: Annotated[
        bool, typer.Option("--check/--no-check", help="Leave a page as it was if the model does not know such pages.")
    ] = True,
    ensemble: Annotated[
        bool,
        typer.Option(
            "--ensemble/--no-ensemble",
            help="Average a noisy photograph over its eight orientations: better, eight times slower.",
        ),
    ] = True,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there already.")] = False,
) -> None:
    """Clean pages of stains and shadows, photographs of noise, JPEG blocks or watermarks, with a ready-made model.

    PDF files stay PDF files, with text that can be searched where tesseract is installed. Letters keep the shape that
    they have. A page that the model does not know is left as it was. sheet.png shows pages before and after.

    \b
    autoencode clean scan.pdf photos/*.jpg -o clean/
    autoencode clean --what noise night.jpg         see: autoencode list models
    autoencode clean --what marks photos/ -o clean/ the mark that they share
    autoencode clean --strength 0.5 letter.png
    autoencode clean - < in.png > out.png
    """
    if [str(file) for file in files] == ["-"]:
        _pipe(what, strength, check=check, ensemble=ensemble)
        return
    from autoencode import cleaning
    from autoencode.cli.terminal_reporter import TerminalReporter

    with TerminalReporter() as reporter:
        done = cleaning.clean(
            files,
            out_folder,
            what=what,
            strength=strength,
            check=check,
            ensemble=ensemble,
            force=force,
            reporter=reporter,
        )
    _print_summary(done)
    if done.interrupted:
        raise typer.Exit(INTERRUPTED)


def _pipe(what: str, strength: float, *, check: bool, ensemble: bool) -> None:
    """A picture from standard input to standard output."""
    from autoencode.cleaning import clean_bytes

    if sys.stdin.isatty() or sys.stdout.isatty():
        raise ArgumentError("- is for pipes: autoencode clean - < in.png > out.png; else give the file's name")
    data = sys.stdin.buffer.read()
    done = clean_bytes(
        data,
        what=what,
        strength=strength,
        check=check,
        ensemble=ensemble,
        note=lambda text: errors.write_line(text, style="dim"),
    )
    sys.stdout.buffer.write(done)
    sys.stdout.buffer.flush()


def _print_summary(done: "Cleaned") -> None:
    left = sum(len(file.left) for file in done.files)
    pages = sum(file.n_pages for file in done.files)
    stopped = f"stopped; {len(done.files)} of {done.asked}" if done.interrupted else f"{len(done.files)}"
    of = " file" if stopped == "1" else " files"
    of += f" of {pages} pages" if pages > len(done.files) else ""
    out.write_line(f"{stopped}{of} written" + (f", {left} page{'s'[: left != 1]} left unchanged" if left else ""))
    if done.skipped:
        errors.write_line(f"{len(done.skipped)} files skipped")
    if done.sheet is not None:
        out.write_line("see      ", (str(done.sheet), "bold"))
