"""Vectors and their reconstructions as lines."""

from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from autoencode.errors import ShapeError
from autoencode.views.figures.chart import INK, SOFT, STRONG, TEXT, label, new_figure

_COLUMNS, _MOST = 3, 60


def profiles(originals: Float[Tensor, "n dims"], reconstructions: Float[Tensor, "n dims"]) -> Figure:
    """A small panel for each example: its values in order, and the reconstructed ones.

    At most 60 examples are drawn; a note says how many there are.

    Args:
        originals: a row for each example.
        reconstructions: of the same examples, in the same order.

    Raises:
        ShapeError: the two differ in shape, or are not vectors.
    """
    if originals.shape != reconstructions.shape or originals.ndim != 2 or 0 in originals.shape:
        shapes = f"{tuple(originals.shape)} and {tuple(reconstructions.shape)}"
        raise ShapeError(f"originals and reconstructions must both be of shape (n, dims), n > 0, not {shapes}")
    n, originals, reconstructions = len(originals), originals[:_MOST], reconstructions[:_MOST]
    rows = -(-len(originals) // _COLUMNS)
    figure, panels = new_figure(10.6, 0.5 + 1.7 * rows, len(originals), min(_COLUMNS, len(originals)))
    for axes, original, reconstruction in zip(panels, originals, reconstructions, strict=True):
        _panel(axes, original, reconstruction)
    note = f"index of the value (examples 1 to {_MOST} of {n:,})" if n > _MOST else "index of the value"
    label(panels[-1], note, "value")
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower left", ncols=2, frameon=False, fontsize=TEXT, labelcolor=INK)
    return figure


def _panel(axes: Axes, original: Tensor, reconstruction: Tensor) -> None:
    marker = "o" if len(original) <= 16 else ""
    for values, colour, name, width in (
        (original, SOFT, "original", 2.4),
        (reconstruction, STRONG, "reconstruction", 1.2),
    ):
        axes.plot(
            values.detach().cpu().float().numpy(), color=colour, label=name, lw=width, marker=marker, ms=2 * width
        )
