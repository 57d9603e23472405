"""`autoencode latent-space`."""

from typing import TYPE_CHECKING, Annotated

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import command_line, out, print_measurements
from autoencode.cli.options import PriorOption, RunArgument, RunOptions, SplitOption

if TYPE_CHECKING:
    from autoencode.tasks import LatentMetrics
    from autoencode.views.report import Row


@command("latent-space", Panel.LATENT, rank=3)
def latent_space(
    run: RunArgument,
    split: SplitOption = "test",
    prior: PriorOption = None,
    n: Annotated[
        int, typer.Option("-n", "--n-samples", min=10, help="Number of real and of generated examples to compare.")
    ] = 10_000,
    pairs: Annotated[
        int, typer.Option(min=2, help="Number of pairs of codes between which paths are measured.")
    ] = 1_000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all samples.")] = 0,
    *,
    options: RunOptions,
) -> None:
    """Measure a latent space: continuity, completeness, straightness, and the quality of samples.

    If the data have labels, a small classifier is trained once (about three minutes) and saved in the cache folder; the
    quality of samples is measured by its features.

    \b
    autoencode latent-space runs/fashion-mnist-fashion-vae
    autoencode latent-space runs/photos-pca-vae --prior own -n 2000
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    opened = options.open(run)
    with TerminalReporter() as reporter:
        found = tasks.latent_space(opened, split, prior=prior, n=n, pairs=pairs, seed=seed, reporter=reporter)
    show(found)
    if found.prior is None:
        out.write_line("no prior to sample from; fit one: ", command_line("fit-prior", run, "mixture"), style="yellow")
    if found.classifier is not None:
        right = found.classifier.accuracy.scaled(100.0)
        out.write_line(f"classifier: accuracy {right} % on the test split; {found.classifier.path}", style="dim")
    else:
        out.write_line("completeness and sample quality need labels, which these data do not have", style="dim")


def show(found: "LatentMetrics") -> None:
    """Prints the numbers as a table."""
    sampled = "" if found.prior is None else f", codes sampled from {_prior(found.prior)}"
    title = f"{found.split} split, {found.n:,} examples{sampled}"
    print_measurements(title, ["value", "reference"], rows(found))


def _prior(kind: str) -> str:
    return "the model's own prior" if kind == "own" else f"the fitted {kind} prior"


def rows(found: "LatentMetrics") -> "list[Row]":
    """The lines of the table; in place of a unit they have what real examples reach."""
    from autoencode.views.report import Row

    far = f"median between two examples {found.median_distance:.3g}"
    lines = list[Row]()
    for where, measured in (("codes", found.local), ("codes", found.at_codes), ("samples", found.at_draws)):
        if measured is not None:
            name = f"decoder sensitivity at {where}, step {measured.step:g}"
            meaning = f"distance of outputs per standard deviation of codes; {far}"
            lines.append(Row(f"{name}, median", str(measured.median), "", meaning))
            lines.append(Row(f"{name}, 95 %", str(measured.high), "", "many times the median where outputs jump"))
    lines.append(
        Row("path length / distance", str(found.straightness), "1", "1 where outputs change along a straight line")
    )
    return [*lines, *_samples(found)]


def _samples(found: "LatentMetrics") -> "list[Row]":
    from autoencode.views.report import Row

    lines = list[Row]()
    real, generated = found.real, found.generated
    if real and generated:
        meaning = "share of samples that the classifier assigns to a class with 0.9 or more; reference: real examples"
        lines.append(Row("recognised", str(generated.recognised), str(real.recognised), meaning))
        meaning = f"in nats, of the mean class distribution; {real.max_entropy:.2f} if all classes are equally frequent"
        lines.append(Row("entropy of classes", f"{generated.entropy:.3f}", f"{real.entropy:.3f}", meaning))
    if found.quality and found.best:
        meanings = {
            "frechet": "squared, of features; less is better; reference: training examples",
            "precision": "share of samples that are close to real examples",
            "recall": "share of real examples that are close to samples",
            "density": "precision, weighted by how many real examples are close",
            "coverage": "share of real examples with a sample near them",
        }
        names = {"frechet": "Fréchet distance"}
        for field, meaning in meanings.items():
            own, best = str(getattr(found.quality, field)), str(getattr(found.best, field))
            lines.append(Row(names.get(field, field), own, best, meaning))
    return lines
