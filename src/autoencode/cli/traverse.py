"""`autoencode traverse`."""

from pathlib import Path
from typing import Annotated

import typer

from autoencode.cli.console import print_result
from autoencode.cli.latent_options import EXAMPLE, print_note
from autoencode.cli.run_options import ClassOption, DeviceOption, LastOption, RunArgument, TrustOption


def traverse(
    run: RunArgument,
    file: Annotated[
        str | None,
        typer.Argument(help=EXAMPLE, show_default="the middle"),
    ] = None,
    dim: Annotated[
        list[int] | None,
        typer.Option(
            help="A latent dimension, counted from 1; several times.", show_default="the ten with the highest KL"
        ),
    ] = None,
    n_steps: Annotated[int, typer.Option(min=2, help="Steps from the lowest to the highest value.")] = 9,
    max_std: Annotated[float, typer.Option(help="The last step, in standard deviations.")] = 3.0,
    out_path: Annotated[
        Path | None, typer.Option("--out", "-o", help="A .png.", show_default="RUN/traversal.png")
    ] = None,
    of_class: ClassOption = None,
    last: LastOption = False,
    device: DeviceOption = "auto",
    trust: TrustOption = None,
) -> None:
    """Move each number of a code by itself, and see what it means.

    A row for each latent dimension, the most telling first: by the KL, or by the variance of codes that have none.

    \b
    autoencode traverse runs/photos-conv-vae
    autoencode traverse runs/photos-conv-vae a.png --dim 3 --dim 7 -o walk.png
    """
    from autoencode import tasks

    opened = tasks.Run(run, trust=trust, last=last, device=device)
    made = tasks.traverse(
        opened, file, dims=dim or (), n_steps=n_steps, max_std=max_std, of_class=of_class, on_note=print_note
    )
    written = tasks.save_traversal(opened, made, out_path)
    print_result(f"{len(made.dims)} of {opened.latent_size} dimensions", written)
