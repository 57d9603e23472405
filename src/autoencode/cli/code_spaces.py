"""`autoencode code-spaces`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from autoencode.cli.completion import data_names
from autoencode.cli.console import out


def code_spaces(
    data: Annotated[
        str, typer.Argument(help="A data set's name, a folder of pictures, or an array.", autocompletion=data_names)
    ],
    out_folder: Annotated[Path, typer.Option("--out", "-o", help="Where to write.")] = Path("code-spaces"),
    epochs: Annotated[int, typer.Option(min=1, help="Of each of the three trainings.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Of weights, batches and noise.")] = 0,
    likelihood: Annotated[str, typer.Option(help="See: autoencode list likelihoods.")] = "bernoulli",
) -> None:
    """Why a VAE has two terms: the same data under reconstruction alone, KL alone, and both, side by side.

    \b
    autoencode code-spaces mnist
    autoencode code-spaces fashion-mnist --epochs 30 -o clothes/
    """
    from autoencode import tasks
    from autoencode.cli.progress import TrainingBar

    with TrainingBar() as watch:
        found, picture = tasks.compare_code_spaces(
            data, out_folder, epochs=epochs, seed=seed, likelihood=likelihood, watch=watch
        )
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("", "gaps", "overlap of classes", "mismatch, nats"):
        table.add_column(heading, header_style="dim")
    for name, space in found.items():
        table.add_row(f"[bold]{name}[/]", str(space.gaps), str(space.overlap or ""), f"{space.mismatch:.3g}")
    out.print(table)
    out.print("gaps: share of draws from the standard normal that land where there are no codes", style="dim")
    out.print("overlap: share of test codes whose ten nearest neighbours are of another class", style="dim")
    out.print("mismatch: of the codes' mean and covariance from the standard normal's", style="dim")
    out.print(f"see      [bold]{escape(str(picture))}[/]")
