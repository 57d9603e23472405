"""`autoencode traverse`."""

from pathlib import Path
from typing import Annotated

import typer

from autoencode.cli.console import see
from autoencode.cli.latent_options import EXAMPLE, say
from autoencode.cli.run_options import Device, Last, OfClass, RunPath, Trust


def traverse(
    run: RunPath,
    file: Annotated[
        str | None,
        typer.Argument(help=EXAMPLE, show_default="the middle"),
    ] = None,
    dim: Annotated[
        list[int] | None,
        typer.Option(help="A latent dimension, counted from 1; several times.", show_default="the ten that tell most"),
    ] = None,
    columns: Annotated[int, typer.Option(min=2, help="Steps.")] = 9,
    reach: Annotated[float, typer.Option(help="The last step, in standard deviations.")] = 3.0,
    out_path: Annotated[
        Path | None, typer.Option("--out", "-o", help="A .png.", show_default="RUN/traversal.png")
    ] = None,
    of_class: OfClass = None,
    last: Last = False,
    device: Device = "auto",
    trust: Trust = None,
) -> None:
    """Move each number of a code by itself, and see what it means.

    A row for each latent dimension, the most telling first: by the KL, or by the variance of codes that have none.

    \b
    autoencode traverse runs/photos-conv-vae
    autoencode traverse runs/photos-conv-vae a.png --dim 3 --dim 7 -o walk.png
    """
    from autoencode import tasks

    opened = tasks.Run(run, trust=trust, last=last, device=device)
    made = tasks.traverse(opened, file, dims=dim or (), columns=columns, reach=reach, of_class=of_class, note=say)
    written = tasks.save_traversal(opened, made, out_path)
    see(f"{len(made.dims)} of {opened.latent_numbers} dimensions", written)
