"""`autoencode generate`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from autoencode.cli.completion import run_names
from autoencode.cli.console import out
from autoencode.cli.trust import Trust


def generate(
    run: Annotated[Path, typer.Argument(help="A run folder.", autocompletion=run_names)],
    n: Annotated[int, typer.Option("-n", "--number", min=1, help="How many.")] = 64,
    out_folder: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where to write.", show_default="RUN/samples")
    ] = None,
    prior: Annotated[
        Literal["own", "ex-post"] | None,
        typer.Option(help="What codes are drawn from; see fit-prior.", show_default="ex-post where one was fitted"),
    ] = None,
    of_class: Annotated[
        str | None, typer.Option("--class", help="Of one class, by name or number.", show_default="some of each")
    ] = None,
    condition: Annotated[
        Path | None,
        typer.Option(help="A picture to be told, such as an outline.", show_default="some of the test part"),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives other examples.")] = 0,
    last: Annotated[bool, typer.Option("--last", help="The last weights in place of the best.")] = False,
    device: Annotated[str, typer.Option(help="cpu, cuda …")] = "auto",
    trust: Trust = None,
) -> None:
    """Draw new examples from a variational autoencoder, or from any with a prior fitted to its codes.

    \b
    autoencode generate runs/fashion-mnist-fashion-vae -n 64
    autoencode generate runs/fashion-mnist-conditional-vae --class Sneaker
    autoencode generate runs/floor-plans-floor-plan-vae --condition outline.png
    """
    from autoencode import tasks

    opened = tasks.Run(run, trust=trust, last=last, device=device)
    examples, files = tasks.generate(
        opened, n, out_folder, seed=seed, prior=prior, of_class=of_class, condition=condition
    )
    out.print(f"{len(examples)} drawn; see  [bold]{files[-1]}[/]")
