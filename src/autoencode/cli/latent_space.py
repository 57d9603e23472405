"""`autoencode latent-space`."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from autoencode.cli.console import out
from autoencode.cli.latent_options import PriorOption
from autoencode.cli.run_options import DeviceOption, LastOption, RunArgument, SplitOption, TrustOption

if TYPE_CHECKING:
    from autoencode.tasks import LatentMetrics
    from autoencode.views.report import Row

_MEANING_WIDTH = 120


def latent_space(
    run: RunArgument,
    split: SplitOption = "test",
    prior: PriorOption = None,
    n: Annotated[
        int, typer.Option("-n", "--n-samples", min=10, help="Real and generated examples to compare.")
    ] = 10_000,
    pairs: Annotated[int, typer.Option(min=2, help="Pairs of codes between which paths are measured.")] = 1_000,
    seed: Annotated[int, typer.Option(min=0, help="Of all draws.")] = 0,
    last: LastOption = False,
    device: DeviceOption = "auto",
    trust: TrustOption = None,
) -> None:
    """Measure a latent space: continuity, completeness, straightness, and samples beside real examples.

    Where the data have labels, a small classifier is trained once (about three minutes) and kept in the cache folder.

    \b
    autoencode latent-space runs/fashion-mnist-fashion-vae
    autoencode latent-space runs/fashion-mnist-fashion-vae --prior own -n 2000
    """
    from autoencode import tasks

    opened = tasks.Run(run, trust=trust, last=last, device=device)
    with out.status("measuring") as status:
        found = tasks.latent_space(opened, split, prior=prior, n=n, pairs=pairs, seed=seed, on_status=status.update)
    show(found)
    if found.prior is None:
        out.print(f"no draws to measure: autoencode fit-prior {run} mixture", style="yellow")
    if found.classifier is not None:
        right = found.classifier.accuracy.scaled(100.0)
        out.print(f"classifier: {right} % of the test split right; {found.classifier.path}", style="dim")
    else:
        out.print("without labels there is no classifier, so completeness and sample quality are left out", style="dim")


def show(found: "LatentMetrics") -> None:
    """Prints the numbers as a table."""
    drawn = "" if found.prior is None else f", codes drawn from {_prior(found.prior)}"
    table = Table(title=f"{found.split} split, {found.n:,} examples{drawn}", title_justify="left", box=None)
    table.add_column("", no_wrap=True)
    for heading in ("value", "at best"):
        table.add_column(heading, justify="right", no_wrap=True, header_style="dim")
    if out.width >= _MEANING_WIDTH:
        table.add_column("meaning", header_style="dim", style="dim")
    for row in rows(found):
        table.add_row(*[f"[bold]{row.name}[/]", row.value, row.unit, row.meaning][: len(table.columns)])
    out.print(table)


def _prior(kind: str) -> str:
    return "the model's own prior" if kind == "own" else f"the fitted {kind} prior"


def rows(found: "LatentMetrics") -> "list[Row]":
    """The lines of the table, with what real examples reach in place of a unit."""
    from autoencode.views.report import Row

    far = f"{found.median_distance:.3g} between two examples"
    lines = list[Row]()
    for where, measured in (("codes", found.local), ("codes", found.at_codes), ("draws", found.at_draws)):
        if measured is not None:
            name, step = f"stretch at {where}, step {measured.step:g}", "distance of pictures per deviation of codes"
            lines.append(Row(f"{name}, median", str(measured.median), "", f"{step}; {far}"))
            lines.append(Row(f"{name}, 95 %", str(measured.high), "", "many times the median where pictures jump"))
    lines.append(Row("length of a path / distance", str(found.straightness), "1", "1 where pictures change straight"))
    return [*lines, *_samples(found)]


def _samples(found: "LatentMetrics") -> "list[Row]":
    from autoencode.views.report import Row

    lines = list[Row]()
    real, drawn = found.real, found.generated
    if real and drawn:
        meaning = "share of draws that the classifier is sure of (0.9); at best: of real examples"
        lines.append(Row("recognised", str(drawn.recognised), str(real.recognised), meaning))
        meaning = f"nats, of the mean class distribution; {real.max_entropy:.2f} where all classes come alike"
        lines.append(Row("entropy of classes", f"{drawn.entropy:.3f}", f"{real.entropy:.3f}", meaning))
    if found.quality and found.best:
        meanings = {
            "frechet": "squared distance of features, less is better; at best: training examples",
            "precision": "share of draws that are like real examples",
            "recall": "share of real examples that are like draws",
            "density": "precision that counts by how many",
            "coverage": "share of real examples with a draw near them",
        }
        names = {"frechet": "Fréchet distance"}
        for field, meaning in meanings.items():
            own, best = str(getattr(found.quality, field)), str(getattr(found.best, field))
            lines.append(Row(names.get(field, field), own, best, meaning))
    return lines
