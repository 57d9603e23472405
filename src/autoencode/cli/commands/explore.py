"""`autoencode explore`."""

from pathlib import Path
from typing import Annotated

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import out
from autoencode.cli.options import ForceOption, RunArgument, RunOptions


@command("explore", Panel.LATENT, rank=1)
def explore(
    run: RunArgument,
    page: Annotated[
        Path | None, typer.Option("--out", "-o", help="The page to write.", show_default="RUN/explorer.html")
    ] = None,
    examples: Annotated[int, typer.Option(min=1, help="Number of examples stored in the page.")] = 400,
    seed: Annotated[int, typer.Option(min=0, help="Seed that chooses the examples.")] = 0,
    *,
    options: RunOptions,
    force: ForceOption = False,
) -> None:
    """Write explorer.html: move through the latent space and see what the decoder generates.

    One self-contained page for any browser, also on a phone, without server or network. It has a map of the test codes
    (of all codes where the test part has fewer than a hundred), a slider for each latent dimension, interpolation
    between two examples, and the decoder itself. Tunes and sounds are played there, and text is written.

    \b
    autoencode explore runs/fashion-mnist-fashion-vae
    autoencode explore runs/photos-pca-vae -o photos.html --examples 200
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    opened = options.open(run)
    tasks.check_output(page)
    with TerminalReporter() as reporter:
        written = tasks.explore(opened, page, examples=examples, seed=seed, reporter=reporter)
    out.write_line(
        "explorer ", (str(written), "bold"), f"  ({written.stat().st_size / 1e6:.1f} MB, opens in any browser)"
    )
