"""How the training went."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from autoencode.errors import ArgumentError
from autoencode.evaluation.figures.chart import INK, MUTED, PAPER, SMALL, SOFT, STRONG, TEXT, blank, label, title

_MEANINGS = {
    "loss": "what training makes small",
    "nll": "how far off the reconstructions are",
    "kl": "how much the codes tell",
    "iwae": "a tighter bound than nll + kl",
}

Epochs = Sequence[Mapping[str, Any]]


def curves(epochs: Epochs) -> Figure:
    """A panel for each term of the objective, over the epochs.

    Args:
        epochs: the lines of metrics.jsonl: dictionaries with `epoch`, `train`, `validation` (terms by name, in nats for
            each example) and `best`.

    Raises:
        ArgumentError: there is no epoch.
    """
    if not epochs:
        raise ArgumentError("there are no curves before the first epoch is done: train at least one")
    terms = list(epochs[-1]["train"] | epochs[-1]["validation"])
    columns = min(3, len(terms))
    rows = -(-len(terms) // columns)
    figure, panels = blank(3.3 * columns, 0.4 + 2.5 * rows, len(terms), columns)
    for axes, term in zip(panels, terms, strict=True):
        _panel(axes, epochs, term)
    label(panels[0], "epoch", "nats per example")
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=3, frameon=False, fontsize=TEXT, labelcolor=INK)
    return figure


def _panel(axes: Axes, epochs: Epochs, term: str) -> None:
    x = [epoch["epoch"] for epoch in epochs]
    drawn = {part: [epoch[part].get(term, float("nan")) for epoch in epochs] for part in ("train", "validation")}
    marker = "o" if len(x) < 20 else ""
    style = {"lw": 1.6, "ms": 3.5, "marker": marker, "solid_capstyle": "round"}
    axes.plot(x, drawn["train"], color=SOFT, label="training part", ls=(0, (4, 2)), **style)
    axes.plot(x, drawn["validation"], color=STRONG, label="validation part", **style)
    _mark_best(axes, epochs, drawn["validation"])
    _limit(axes, x, list(drawn.values()))
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=len(x) > 2))
    title(axes, term, _MEANINGS.get(term, ""))
    label(axes, "epoch")


def _mark_best(axes: Axes, epochs: Epochs, values: list[float]) -> None:
    best = max((i for i, epoch in enumerate(epochs) if epoch["best"]), default=None)
    if best is not None:
        style = {"marker": "o", "ms": 9, "mfc": PAPER, "mec": STRONG, "mew": 1.8, "ls": ""}
        axes.plot([epochs[best]["epoch"]], [values[best]], label="weights that were kept", zorder=3, **style)


def _limit(axes: Axes, x: list[float], lines: list[list[float]]) -> None:
    """Where the first epochs would flatten all the rest, they run out of the panel, and a word says so."""
    skip = far_off(lines)
    rest = [value for line in lines for value in line[skip:] if value == value]
    margin = 0.08 * (max(rest) - min(rest)) or 0.05 * abs(max(rest)) or 0.5
    axes.set_ylim(min(rest) - margin, max(rest) + margin)
    if skip:
        highest = max((value for line in lines for value in line[:skip]), key=abs)
        axes.annotate(f"from {highest:,.0f}", (x[0], 1), (4, -9), xycoords=("data", "axes fraction"),
                      textcoords="offset points", fontsize=SMALL, color=MUTED)  # fmt: skip


def far_off(lines: list[list[float]]) -> int:
    """How many first epochs lie so far from the later ones that these would look flat: at most a third of all."""
    n = len(lines[0])
    for skip in range(n // 3):
        first = [line[skip] for line in lines]
        rest = [value for line in lines for value in line[skip + 1 :] if value == value]
        spread = max(rest) - min(rest)
        if min(rest) - 1.5 * spread <= min(first) and max(first) <= max(rest) + 1.5 * spread:
            return skip
    return n // 3
