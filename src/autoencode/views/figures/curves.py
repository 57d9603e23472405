"""Learning curves."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from autoencode.errors import ArgumentError
from autoencode.views.figures.chart import INK, MUTED, PAPER, SMALL, SOFT, STRONG, TEXT, label, new_figure, ticks, title

_MEANINGS = {
    "loss": "minimised by the training",
    "nll": "reconstruction term",
    "kl": "information in the code",
    "iwae": "tighter bound than nll + kl",
    "commitment": "squared distance to the codewords",
    "perplexity": "effective number of codewords",
}

Epochs = Sequence[Mapping[str, Any]]


def curves(epochs: Epochs) -> Figure:
    """A panel for each term of the objective, over the epochs; a single term that is the loss has no second one.

    Args:
        epochs: the lines of metrics.jsonl: dictionaries with `epoch`, `train`, `validation` (terms by name, in nats for
            each example) and `best`.

    Raises:
        ArgumentError: there is no finished epoch.
    """
    if not epochs:
        raise ArgumentError("learning curves need at least one finished epoch")
    terms = list(epochs[-1]["train"] | epochs[-1]["validation"])
    terms = terms[:1] if len(terms) == 2 and _are_the_same(epochs, *terms) else terms
    columns = min(3, len(terms))
    rows = -(-len(terms) // columns)
    figure, panels = new_figure(3.55 * columns, (0.4 if columns > 1 else 0.65) + 2.5 * rows, len(terms), columns)
    for axes, term in zip(panels, terms, strict=True):
        _panel(axes, epochs, term)
    label(panels[0], "epoch", "nats per example")
    handles, names = panels[0].get_legend_handles_labels()
    across = 2 if columns == 1 else 3  # a single panel is too narrow for three
    figure.legend(handles, names, loc="outside lower left", ncols=across, frameon=False, fontsize=TEXT, labelcolor=INK)
    return figure


def _are_the_same(epochs: Epochs, first: str, second: str) -> bool:
    """Whether another panel would show the same, as where the loss is a single term."""
    splits = [epoch[split] for epoch in epochs for split in ("train", "validation")]
    return all(math.isclose(split.get(first, 0.0), split.get(second, 0.0), rel_tol=1e-6) for split in splits)


def _panel(axes: Axes, epochs: Epochs, term: str) -> None:
    x = [epoch["epoch"] for epoch in epochs]
    drawn = {split: [epoch[split].get(term, float("nan")) for epoch in epochs] for split in ("train", "validation")}
    marker = "o" if len(x) < 20 else ""
    style: dict[str, Any] = {"lw": 1.6, "ms": 3.5, "marker": marker, "solid_capstyle": "round"}
    axes.plot(x, drawn["train"], color=SOFT, label="training split", ls=(0, (4, 2)), **style)
    axes.plot(x, drawn["validation"], color=STRONG, label="validation split", **style)
    _mark_best(axes, epochs, drawn["validation"])
    _limit(axes, list(drawn.values()))
    _tick(axes, x)
    title(axes, term, _MEANINGS.get(term, ""))
    label(axes, "epoch")


def _tick(axes: Axes, x: list[float]) -> None:
    """Ticks at whole epochs; of one or two epochs, where they end, which may be within an epoch."""
    if len(x) > 2:
        axes.xaxis.set_major_locator(ticks(whole=True))
    else:
        axes.set_xticks(x, [f"{value:.2g}" for value in x])
        axes.set_xlim(0, 1.1 * x[-1])


def _mark_best(axes: Axes, epochs: Epochs, values: list[float]) -> None:
    best = max((i for i, epoch in enumerate(epochs) if epoch["best"]), default=None)
    if best is not None:
        style: dict[str, Any] = {"marker": "o", "ms": 9, "mfc": PAPER, "mec": STRONG, "mew": 1.8, "ls": ""}
        axes.plot([epochs[best]["epoch"]], [values[best]], label="saved weights", zorder=3, **style)


def _limit(axes: Axes, lines: list[list[float]]) -> None:
    """Leaves first epochs outside the panel, with a note, if they would flatten the rest of the curve."""
    skip = n_outlying_epochs(lines)
    rest = _finite(line[skip:] for line in lines)
    if not rest:
        return
    margin = 0.08 * (max(rest) - min(rest)) or 0.05 * abs(max(rest)) or 0.5
    axes.set_ylim(min(rest) - margin, max(rest) + margin)
    if skip:
        highest = max(_finite(line[:skip] for line in lines), key=abs)
        axes.annotate(f"first epoch: {highest:,.0f}", (1, 1), (-2, -9), xycoords="axes fraction", ha="right",
                      textcoords="offset points", fontsize=SMALL, color=MUTED)  # fmt: skip


def n_outlying_epochs(lines: list[list[float]]) -> int:
    """How many first epochs are so far from the later ones that these would look flat: at most a third of all."""
    most = len(lines[0]) // 3
    return next((skip for skip in range(most) if not _is_outlier(lines, skip)), most)


def _is_outlier(lines: list[list[float]], place: int) -> bool:
    """Whether an epoch lies more than one and a half times their spread away from all later ones."""
    here, rest = _finite([line[place]] for line in lines), _finite(line[place + 1 :] for line in lines)
    if not here or not rest:
        return False
    reach = 1.5 * (max(rest) - min(rest))
    return min(here) < min(rest) - reach or max(here) > max(rest) + reach


def _finite(lines: Iterable[Sequence[float]]) -> list[float]:
    return [value for line in lines for value in line if math.isfinite(value)]
