"""`autoencode evaluate`."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from autoencode.cli.console import out
from autoencode.cli.run_options import DeviceOption, LastOption, RunArgument, SplitOption, TrustOption

if TYPE_CHECKING:
    from autoencode.evaluation import Evaluation

_MEANING_WIDTH = 110  # columns of text from which there is room for what each number means


def evaluate(
    run: RunArgument,
    split: SplitOption = "test",
    posterior_samples: Annotated[
        int, typer.Option(min=1, help="Codes drawn for each example for elbo, nll and kl.")
    ] = 1,
    importance_samples: Annotated[
        int, typer.Option(min=0, help="Codes drawn for each example for the log-likelihood; 0 leaves it out.")
    ] = 100,
    importance_examples: Annotated[int, typer.Option(min=1, help="Examples for the log-likelihood.")] = 1_000,
    seed: Annotated[int, typer.Option(min=0, help="Of the draws.")] = 0,
    last: LastOption = False,
    device: DeviceOption = "auto",
    trust: TrustOption = None,
) -> None:
    """Measure a model: elbo, log-likelihood, error per pixel, bits per dimension, use of the latent space.

    \b
    autoencode evaluate runs/fashion-mnist-fashion-vae
    autoencode evaluate runs/digits-dense-vae --importance-samples 5000
    """
    from autoencode import tasks

    opened = tasks.Run(run, trust=trust, last=last, device=device)
    with out.status("evaluating"):
        measured = tasks.evaluate(
            opened,
            split,
            n_samples=posterior_samples,
            importance_samples=importance_samples,
            importance_examples=importance_examples,
            seed=seed,
        )
    show(measured)
    out.print(f"kept in  {opened.path / 'evaluation.json'}", style="dim")


def show(measured: "Evaluation") -> None:
    """Prints the numbers as a table."""
    from autoencode.views.report.rows import rows

    title = f"{measured.split} split, {measured.nll.n:,} examples"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    table.add_column("", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True, header_style="dim")
    table.add_column("unit", no_wrap=True, header_style="dim")
    if out.width >= _MEANING_WIDTH:
        table.add_column("meaning", header_style="dim", style="dim")
    for row in rows(measured):
        table.add_row(*[f"[bold]{row.name}[/]", row.value, row.unit, row.meaning][: len(table.columns)])
    out.print(table)
    if measured.caution:
        out.print(measured.caution, style="yellow")
