"""The common style of all charts."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator

INK, MUTED, RULE, PAPER = "#23272d", "#686f78", "#dedcd7", "#faf9f7"
"""Colours of text, secondary text, grid lines and background. A page replaces them in a dark theme."""
STRONG, SOFT = "#1f6fb2", "#e08214"
"""Two colours that can be told apart with any colour vision, on a light and on a dark background."""

TITLE, TEXT, SMALL = 10.0, 9.0, 8.0
"""Font sizes, in points."""


def new_figure(width: float, height: float, panels: int = 1, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """An empty chart with panels from left to right, then from top to bottom.

    Args:
        width: of the chart, in inches.
        height: of the chart, in inches.
        panels: how many.
        columns: panels in a row.
    """
    spaced = ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.06, wspace=0.04, hspace=0.06)
    figure = Figure(figsize=(width, height), layout=spaced, facecolor=PAPER)
    rows = -(-panels // columns)
    axes = [figure.add_subplot(rows, columns, place + 1) for place in range(panels)]
    for each in axes:
        _tidy(each)
    return figure, axes


def _tidy(axes: Axes) -> None:
    axes.set_facecolor("none")
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0, labelsize=SMALL, labelcolor=MUTED, pad=4)
    axes.grid(visible=True, color=RULE, linewidth=0.6)
    axes.xaxis.set_major_locator(ticks())
    axes.yaxis.set_major_locator(ticks())


def ticks(*, whole: bool = False) -> MaxNLocator:
    """About five round numbers, or whole ones."""
    return MaxNLocator(7 if whole else 5, steps=[1, 2, 5, 10], integer=whole)


def title(axes: Axes, name: str, meaning: str = "") -> None:
    """A panel's title and, below it in grey, what it means."""
    above: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "parse_math": False}
    if meaning:
        axes.annotate(meaning, (0, 1), (0, 7), color=MUTED, fontsize=TEXT, **above)
    axes.annotate(name, (0, 1), (0, 20 if meaning else 7), color=INK, fontsize=TITLE, weight="bold", **above)


def label(axes: Axes, x: str = "", y: str = "") -> None:
    """Labels of the two axes, with units."""
    axes.set_xlabel(x, fontsize=TEXT, color=MUTED, labelpad=5)
    axes.set_ylabel(y, fontsize=TEXT, color=MUTED, labelpad=5)
