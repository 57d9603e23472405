"""`autoencode compare-objectives`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import out, styled
from autoencode.cli.options import ForceOption, data_names


@command("compare-objectives", Panel.REFERENCE, rank=3)
def compare_objectives(
    data: Annotated[
        str, typer.Argument(help="A data set's name, a folder of pictures, or an array.", autocompletion=data_names)
    ],
    out_folder: Annotated[Path, typer.Option("--out", "-o", help="Where to write.")] = Path("compare-objectives"),
    epochs: Annotated[
        int | None,
        typer.Option(min=1, help="Epochs of each of the three trainings.", show_default="10, more for small data"),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of weights, batches and noise.")] = 0,
    likelihood: Annotated[
        str | None,
        typer.Option(
            help="p(x|z); see: autoencode list likelihoods.",
            show_default="bernoulli, or normal for vectors of ordinary numbers",
        ),
    ] = None,
    values: Annotated[str, typer.Option(help="How to read the numbers, as for train.")] = "auto",
    force: ForceOption = False,
) -> None:
    """Show why a VAE has two terms: train with the reconstruction loss alone, the KL alone, and both.

    Draws the three latent spaces, of two dimensions each, side by side, and measures them.

    \b
    autoencode compare-objectives mnist
    autoencode compare-objectives fashion-mnist --epochs 30 -o clothes/
    """
    from autoencode import tasks
    from autoencode.cli.training_progress import TrainingProgress

    with TrainingProgress() as reporter:
        found, picture = tasks.compare_objectives(
            data, out_folder, epochs=epochs, seed=seed, likelihood=likelihood, values=values, reporter=reporter
        )
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("", "holes", "class overlap", "mismatch, nats"):
        table.add_column(heading, header_style="dim")
    for name, space in found.items():
        table.add_row(styled((name, "bold")), str(space.holes), str(space.overlap or ""), f"{space.mismatch:.3g}")
    out.print(table)
    out.write_line("holes: share of samples from the standard normal that lie far from every code", style="dim")
    out.write_line(
        "class overlap: share of test codes whose ten nearest neighbours vote for another class", style="dim"
    )
    out.write_line("mismatch: KL from a normal with the codes' mean and covariance to the standard normal", style="dim")
    out.write_line("see      ", (str(picture), "bold"))
