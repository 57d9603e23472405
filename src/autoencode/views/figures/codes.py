"""Scatter plot of the codes."""

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle
from torch import Tensor

from autoencode.errors import ShapeError
from autoencode.views.figures.chart import INK, MUTED, PAPER, SMALL, STRONG, label, new_figure
from autoencode.views.figures.lettering import one_line
from autoencode.views.figures.palette import Colour, palette
from autoencode.views.figures.plane import Plane, plane

_LISTED = 20
"""More classes than this get a colour scale in place of a legend."""
_OUTLIER_SHARE = 0.001
"""The share of points at each end of an axis that may lie outside."""
_PATCH: dict[str, Any] = {"facecolor": PAPER, "edgecolor": "none", "alpha": 0.85, "pad": 1.0}
_SIGMA = "\N{GREEK SMALL LETTER SIGMA}"
_LETTERS = 22
"""Longer names of classes are cut."""


def codes(
    codes: Float[Tensor, "n latent_dim"],
    labels: Int[Tensor, " n"] | None = None,
    classes: Sequence[str] | None = None,
    prior_scale: float | None = None,
) -> Figure:
    """A dot for each example, coloured by class.

    One-dimensional codes are drawn as a histogram, those of more than two dimensions along their two principal
    components.

    Args:
        codes: the posterior's means, a row for each example.
        labels: the class of each example, 0, 1, …
        classes: their names; by default the numbers.
        prior_scale: the standard deviation of a normal prior with mean 0, 1 for the standard normal; two-dimensional
            codes then get dashed circles at one and two standard deviations.

    Raises:
        ShapeError: `codes` does not have two axes, or not the length of `labels`.
    """
    _check(codes, labels)
    names = class_names(labels, classes)
    colours = palette(len(names)) if names else []
    figure, (axes,) = new_figure(5.6, 5.6 + 0.2 * legend_rows(names))
    if codes.shape[1] == 1:
        _histogram(axes, codes[:, 0], labels, colours)
    else:
        where = plane(codes)
        scatter(axes, where, labels, colours)
        fit_axes(axes, where.points, prior_scale if codes.shape[1] == 2 else None)
    add_legend(figure, axes, names, colours)
    return figure


def _check(codes: Tensor, labels: Tensor | None) -> None:
    if codes.ndim != 2 or 0 in codes.shape:
        raise ShapeError(
            f"codes must be of shape (n, latent_dim), n > 0, not {tuple(codes.shape)}: flatten codes with more axes"
        )
    if labels is not None and len(labels) != len(codes):
        raise ShapeError(f"{len(codes)} codes need as many labels, not {len(labels)}")


def class_names(labels: Tensor | None, classes: Sequence[str] | None) -> list[str]:
    """The names of all classes; an empty list without labels."""
    if labels is None:
        return []
    n = int(labels.max()) + 1
    known = list(classes or [])
    return [one_line(name, _LETTERS) for name in known] + [str(i) for i in range(len(known), n)]


def scatter(axes: Axes, where: Plane, labels: Tensor | None, colours: Sequence[Colour]) -> None:
    """Dots in random order, so that no class hides another; rasterised, as many circles make an SVG slow."""
    order = torch.randperm(len(where.points), generator=torch.Generator().manual_seed(0))
    x, y = where.points[order].T.numpy()
    shade = STRONG if labels is None else [colours[i] for i in labels.cpu()[order].tolist()]
    size = min(24.0, max(4.0, 30_000 / len(x)))
    axes.scatter(x, y, s=size, c=shade, alpha=0.7, linewidths=0, rasterized=True)
    label(axes, *where.names)


def fit_axes(axes: Axes, points: Tensor, prior_scale: float | None) -> None:
    """Sets equal units on both axes, with room for all but the farthest points and for the circles."""
    low, high = (points.quantile(q, dim=0) for q in (_OUTLIER_SHARE, 1 - _OUTLIER_SHARE))
    if prior_scale is not None:
        low, high = low.clamp_max(-2 * prior_scale), high.clamp_min(2 * prior_scale)
        _circles(axes, prior_scale)
    half = 0.54 * max(float((high - low).max()), 1e-6)
    x, y = ((high + low) / 2).tolist()
    axes.set(xlim=(x - half, x + half), ylim=(y - half, y + half), aspect="equal")
    _annotate_outside(axes, points)


def _circles(axes: Axes, scale: float) -> None:
    for times in (1, 2):
        axes.add_patch(Circle((0, 0), times * scale, fill=False, ls=(0, (5, 4)), lw=0.9, ec=INK, alpha=0.75))
        axes.annotate(
            f"{times}{_SIGMA}",
            (0, times * scale),
            (0, 0),
            textcoords="offset points",
            va="center",
            ha="center",
            bbox=_PATCH,
            **_small(INK),
        )


def _small(colour: str) -> dict[str, Any]:
    return {"fontsize": SMALL, "color": colour}


def _annotate_outside(axes: Axes, points: Tensor) -> None:
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    inside = (points > torch.tensor([left, bottom])) & (points < torch.tensor([right, top]))
    if outside := int((~inside.all(1)).sum()):
        above: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "ha": "right"}
        axes.annotate(f"{outside} outside this view", (1, 1), (0, 4), **above, **_small(MUTED))


def _histogram(axes: Axes, values: Tensor, labels: Tensor | None, colours: Sequence[Colour]) -> None:
    values = values.detach().cpu().float()
    edges = torch.linspace(float(values.min()) - 1e-6, float(values.max()) + 1e-6, 61).tolist()
    label(axes, "code", "examples")
    if labels is None:
        axes.hist(values.numpy(), edges, color=STRONG)
        return
    for i, colour in enumerate(colours):
        counts = values[labels.cpu() == i].numpy()
        axes.hist(counts, edges, color=colour, histtype="stepfilled", alpha=0.2)
        axes.hist(counts, edges, color=colour, histtype="step", linewidth=1.5)


def add_legend(figure: Figure, axes: Axes, names: list[str], colours: Sequence[Colour]) -> None:
    """Adds a legend of the classes, or a colour scale for many."""
    if len(names) > _LISTED:
        _scale(figure, axes, colours)
    elif names:
        _legend(figure, names, colours)


def _scale(figure: Figure, axes: Axes, colours: Sequence[Colour]) -> None:
    shades = ScalarMappable(Normalize(0, len(colours) - 1), ListedColormap(list(colours)))
    bar = figure.colorbar(shades, ax=axes, location="bottom", shrink=0.6, aspect=40, pad=0.02)
    bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue]  # matplotlib's stubs take it for a function
    bar.ax.tick_params(length=0, labelsize=SMALL, labelcolor=MUTED)
    bar.set_label("class number", **_small(MUTED))


def _legend(figure: Figure, names: list[str], colours: Sequence[Colour]) -> None:
    dots = [Line2D([], [], ls="", marker="o", ms=5.5, mec="none", mfc=colour) for colour in colours]
    places = [str(i) for i in range(len(names))]  # names come after, since matplotlib reads "_a" and "$a$" its own way
    legend = figure.legend(dots, places, **_legend_layout(names))
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set(text=name, color=INK, fontsize=SMALL, parse_math=False)


def _legend_layout(names: list[str]) -> dict[str, Any]:
    return {"loc": "outside lower center", "ncols": _legend_columns(names), "frameon": False,
            "handletextpad": 0.1, "columnspacing": 1.2, "fontsize": SMALL}  # fmt: skip


def _legend_columns(names: list[str]) -> int:
    longest = max(len(name) for name in names)
    return max(1, min(5, len(names), 78 // (longest + 4)))


def legend_rows(names: list[str]) -> int:
    """How many rows the legend of `add_legend` has."""
    return 0 if not 0 < len(names) <= _LISTED else -(-len(names) // _legend_columns(names))
