"""`autoencode compare-objectives`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from autoencode.cli.completion import data_names
from autoencode.cli.console import out


def compare_objectives(
    data: Annotated[
        str, typer.Argument(help="A data set's name, a folder of pictures, or an array.", autocompletion=data_names)
    ],
    out_folder: Annotated[Path, typer.Option("--out", "-o", help="Where to write.")] = Path("compare-objectives"),
    epochs: Annotated[int, typer.Option(min=1, help="Of each of the three trainings.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Of weights, batches and noise.")] = 0,
    likelihood: Annotated[str, typer.Option(help="See: autoencode list likelihoods.")] = "bernoulli",
) -> None:
    """Why a VAE has two terms: the same data under reconstruction alone, KL alone, and both, side by side.

    \b
    autoencode compare-objectives mnist
    autoencode compare-objectives fashion-mnist --epochs 30 -o clothes/
    """
    from autoencode import tasks
    from autoencode.cli.training_progress import TrainingProgress

    with TrainingProgress() as callback:
        found, picture = tasks.compare_objectives(
            data, out_folder, epochs=epochs, seed=seed, likelihood=likelihood, callback=callback
        )
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("", "holes", "overlap of classes", "mismatch, nats"):
        table.add_column(heading, header_style="dim")
    for name, space in found.items():
        table.add_row(f"[bold]{name}[/]", str(space.holes), str(space.overlap or ""), f"{space.mismatch:.3g}")
    out.print(table)
    out.print("holes: share of draws from the standard normal that land where there are no codes", style="dim")
    out.print("overlap: share of test codes whose ten nearest neighbours are of another class", style="dim")
    out.print("mismatch: of the codes' mean and covariance from the standard normal's", style="dim")
    out.print(f"see      [bold]{escape(str(picture))}[/]")
