"""`autoencode traverse`."""

from pathlib import Path
from typing import Annotated

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import print_result
from autoencode.cli.options import EXAMPLE, ClassOption, ExampleOptions, ForceOption, RunArgument, RunOptions


@command("traverse", Panel.USE, rank=7)
def traverse(
    run: RunArgument,
    file: Annotated[
        str | None,
        typer.Argument(help=EXAMPLE, show_default="the mean code"),
    ] = None,
    dim: Annotated[
        list[int] | None,
        typer.Option(
            help="A latent dimension, counted from 1; can be given several times.",
            show_default="the ten most informative",
        ),
    ] = None,
    n_steps: Annotated[int, typer.Option(min=2, help="Number of values of each dimension.")] = 9,
    max_std: Annotated[float, typer.Option(help="Largest distance from the mean, in standard deviations.")] = 3.0,
    out_path: Annotated[
        Path | None, typer.Option("--out", "-o", help="A .png.", show_default="RUN/traversal.png")
    ] = None,
    of_class: ClassOption = None,
    *,
    reading: ExampleOptions,
    options: RunOptions,
    force: ForceOption = False,
) -> None:
    """Vary one latent dimension at a time, and see what it controls.

    One row per latent dimension, the one with the largest KL first, or with the largest variance if there is no KL.

    \b
    autoencode traverse runs/photos-pca-vae
    autoencode traverse runs/photos-pca-vae a.png --dim 3 --dim 7 -o dims.png
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    opened = options.open(run, reading)
    tasks.check_output(out_path, [file])
    made = tasks.traverse(
        opened, file, dims=dim or (), n_steps=n_steps, max_std=max_std, of_class=of_class, reporter=TerminalReporter()
    )
    written = tasks.save_traversal(opened, made, out_path)
    print_result(f"{len(made.dims)} of {opened.latent_size} dimensions", written)
