"""The columns of a table and their reconstructions, each in its own units."""

from functools import singledispatch

import numpy as np
from jaxtyping import Float, Float64
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator
from torch import Tensor

from autoencode.data.tables.columns import CategoryColumn, Column, Columns
from autoencode.errors import ShapeError
from autoencode.views.figures.chart import SMALL, SOFT, STRONG, label, new_figure, title

_COLUMNS, _MOST, _MOST_VALUES = 3, 24, 10


def table_columns(
    columns: Columns, originals: Float[Tensor, "n width"], reconstructions: Float[Tensor, "n width"]
) -> Figure:
    """A panel for each of the first 24 columns: cells against their reconstructions, or categories that come back.

    Args:
        columns: of the table.
        originals: rows in the units of the table.
        reconstructions: of the same rows, in the same order.

    Raises:
        ShapeError: the two differ in shape, or in width from the columns.
    """
    if originals.shape != reconstructions.shape or originals.shape[1:] != (columns.width,):
        shapes = f"{tuple(originals.shape)} and {tuple(reconstructions.shape)}"
        raise ShapeError(f"originals and reconstructions must both be of shape (n, {columns.width}), not {shapes}")
    x, back = (list(columns.split(rows.detach().cpu().double().numpy())) for rows in (originals, reconstructions))
    n = min(len(x), _MOST)
    figure, panels = new_figure(10.6, 0.4 + 2.9 * -(-n // _COLUMNS), n, min(_COLUMNS, n))
    for axes, (column, cells), (_, found) in zip(panels, x, back, strict=False):
        _draw(column, axes, cells, found)
    if len(x) > n:
        panels[-1].set_xlabel(f"the first {n} of {len(x):,} columns", fontsize=SMALL)
    return figure


@singledispatch
def _draw(column: Column, axes: Axes, cells: Float64[np.ndarray, "n own"], found: Float64[np.ndarray, "n own"]) -> None:
    """Numbers: a dot for each cell, and the line on which reconstruction is perfect."""
    x, y = cells[:, 0], found[:, 0]
    axes.plot(x, y, ".", color=STRONG, ms=4, alpha=0.6)
    ends = [float(x.min()), float(x.max())]
    axes.plot(ends, ends, color=SOFT, lw=1.2)
    spread = float(np.square(x - x.mean()).sum())
    kept = f"{1 - float(np.square(x - y).sum()) / spread:.2f} of the variance" if spread > 0 else "constant"
    title(axes, column.name, kept)
    label(axes, "original", "reconstruction")


@_draw.register
def _(
    column: CategoryColumn, axes: Axes, cells: Float64[np.ndarray, "n own"], found: Float64[np.ndarray, "n own"]
) -> None:
    """Categories: for each of the most frequent values the share of its rows that come back with it."""
    known = cells.sum(1) > 0  # a missing category is none of the values
    right, value = (found.argmax(1) == cells.argmax(1))[known], cells.argmax(1)[known]
    counts = np.bincount(value, minlength=len(column.values))
    shown = [int(place) for place in np.argsort(-counts, kind="stable")[:_MOST_VALUES] if counts[place]]
    shares = [float(right[value == place].mean()) for place in shown]
    axes.barh([f"{column.values[place][:16]} ({counts[place]:,})" for place in shown], shares, color=STRONG, height=0.6)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.yaxis.set_major_locator(FixedLocator(list(range(len(shown)))))
    title(axes, column.name, f"{right.mean():.0%} right".replace("%", " %") if len(right) else "no cell is known")
    label(axes, "share that comes back")
