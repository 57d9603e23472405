"""Several latent spaces side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from torch import Tensor

from autoencode.views.figures.chart import INK, MUTED, STRONG, new_figure, title
from autoencode.views.figures.grid import grid
from autoencode.views.figures.palette import palette

_REACH = 4.0
_SHEET = 8


@dataclass(frozen=True)
class LatentPanel:
    """One latent space.

    Args:
        name: the title.
        meaning: one line below the title.
        codes: samples from q(z|x) for some examples, (n, 2).
        drawn: decoded samples of the standard normal, (64, channels, height, width) in [0, 1], or None for vectors.
    """

    name: str
    meaning: str
    codes: Float[Tensor, "n two"]
    drawn: Float[Tensor, "m channels height width"] | None


def latent_panels(panels: Sequence[LatentPanel], labels: Int[Tensor, " n"] | None = None) -> Figure:
    """The codes of each, coloured by class, above decoded samples of the standard normal.

    The dashed circles contain 39 % and 86 % of those samples. The axes reach as far as the codes do.
    """
    rows = 1 if panels[0].drawn is None else 2
    figure, axes = new_figure(3.9 * len(panels), 4.3 * rows, rows * len(panels), len(panels))
    for column, panel in enumerate(panels):
        _codes(axes[column], panel, labels)
        if panel.drawn is not None:
            _drawn(axes[len(panels) + column], panel.drawn)
    return figure


def _codes(axes: Axes, panel: LatentPanel, labels: Tensor | None) -> None:
    order = torch.randperm(len(panel.codes), generator=torch.Generator().manual_seed(0))
    x, y = panel.codes[order].T.numpy()
    shade = STRONG
    if labels is not None:
        colours = palette(int(labels.max()) + 1)
        shade = [colours[i] for i in labels[order].tolist()]
    axes.scatter(x, y, s=4, c=shade, alpha=0.7, linewidths=0, rasterized=True)
    reach = max(_REACH, float(panel.codes.abs().quantile(0.995)) * 1.05)
    for times in (1, 2):
        axes.add_patch(Circle((0, 0), times, fill=False, ls=(0, (5, 4)), lw=0.9, ec=INK, alpha=0.75))
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    title(axes, panel.name, panel.meaning)


def _drawn(axes: Axes, drawn: Tensor) -> None:
    """Draws all pictures as one image, transparent between them, so that the panels are aligned."""
    sheet = grid(drawn[: _SHEET**2], columns=_SHEET, gap=6).convert("RGBA")
    axes.imshow(np.asarray(sheet), interpolation="nearest")
    axes.grid(visible=False)
    axes.set(xticks=[], yticks=[])
    axes.set_xlabel("decoded samples of the standard normal", color=MUTED, fontsize=8)
