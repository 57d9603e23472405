"""`autoencode evaluate`."""

from typing import TYPE_CHECKING, Annotated

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import out, print_measurements, print_verdict
from autoencode.cli.options import RunArgument, RunOptions, SplitOption

if TYPE_CHECKING:
    from autoencode.evaluation import Evaluation
    from autoencode.runs.run import Run


@command("evaluate", Panel.TRAIN, rank=2)
def evaluate(
    run: RunArgument,
    split: SplitOption = "test",
    posterior_samples: Annotated[int, typer.Option(min=1, help="Samples of z per example for elbo, nll and kl.")] = 1,
    importance_samples: Annotated[
        int, typer.Option(min=0, help="Samples of z per example for the log-likelihood; 0 skips it.")
    ] = 100,
    importance_examples: Annotated[int, typer.Option(min=1, help="Number of examples for the log-likelihood.")] = 1_000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the samples.")] = 0,
    *,
    options: RunOptions,
) -> None:
    """Measure a model: ELBO, log-likelihood, reconstruction error, active units, each with its standard error.

    \b
    autoencode evaluate runs/fashion-mnist-fashion-vae
    autoencode evaluate runs/digits-dense-vae --split validation
    autoencode evaluate runs/digits-dense-vae --importance-samples 5000
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    opened = options.open(run)
    with TerminalReporter() as reporter:
        measured = tasks.evaluate(
            opened,
            split,
            n_samples=posterior_samples,
            importance_samples=importance_samples,
            importance_examples=importance_examples,
            seed=seed,
            reporter=reporter,
        )
    show(opened, measured)
    out.write_line(f"saved in {opened.path / 'evaluation.json'}", style="dim")


def show(run: "Run", measured: "Evaluation") -> None:
    """Prints the verdict on a run and its evaluation as a table."""
    from autoencode import tasks
    from autoencode.views.report.rows import rows

    print_verdict(tasks.verdict(run))
    title = f"{measured.split} split, {measured.nll.n:,} examples"
    print_measurements(title, ["value", "unit"], rows(measured))
    for caution in tasks.cautions(run, measured):
        out.write_line(caution, style="yellow")
