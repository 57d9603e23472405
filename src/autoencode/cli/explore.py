"""`autoencode explore`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from autoencode.cli.console import out
from autoencode.cli.run_options import DeviceOption, LastOption, RunArgument, TrustOption


def explore(
    run: RunArgument,
    page: Annotated[
        Path | None, typer.Option("--out", "-o", help="The page to write.", show_default="RUN/explorer.html")
    ] = None,
    examples: Annotated[int, typer.Option(min=1, help="Test pictures that are in the file.")] = 400,
    seed: Annotated[int, typer.Option(min=0, help="Another seed chooses other examples.")] = 0,
    last: LastOption = False,
    device: DeviceOption = "auto",
    trust: TrustOption = None,
) -> None:
    """Write explorer.html: drag in the space of codes and watch the decoder, in any browser, offline.

    One self-contained page: a map of real codes, a slider for each number of the code, a morph between two examples,
    and the decoder itself. It needs no server and no network, and works on a phone.

    \b
    autoencode explore runs/fashion-mnist-fashion-vae
    autoencode explore runs/photos-conv-vae -o photos.html --examples 200
    """
    from autoencode import tasks

    opened = tasks.Run(run, trust=trust, last=last, device=device)
    with out.status("encoding the test split and exporting the decoder"):
        written = tasks.explore(opened, page, examples=examples, seed=seed)
    out.print(
        f"explorer [bold]{escape(str(written))}[/]  ({written.stat().st_size / 1e6:.1f} MB, opens in any browser)"
    )
