"""Bar chart of the KL of each latent dimension."""

from collections.abc import Sequence

from jaxtyping import Float
from matplotlib.figure import Figure
from torch import Tensor

from autoencode.errors import ShapeError
from autoencode.views.figures.chart import MUTED, STRONG, label, new_figure, ticks, title

_FEW = 16
"""Up to so many bars are drawn in a chart of half the width."""


def kl_bars(kl_per_dimension: Float[Tensor, " latent_dim"], active: float = 0.01) -> Figure:
    """A bar for each latent dimension, in order of falling KL.

    Args:
        kl_per_dimension: KL(q(z_i|x) ‖ p(z_i)), averaged over examples, in nats.
        active: dimensions with more nats than this are highlighted and counted.

    Raises:
        ShapeError: `kl_per_dimension` does not have one axis.
    """
    if kl_per_dimension.ndim != 1 or not len(kl_per_dimension):
        raise ShapeError(f"kl_per_dimension must be of shape (latent_dim,), not {tuple(kl_per_dimension.shape)}")
    values = kl_per_dimension.detach().cpu().float().sort(descending=True).values.tolist()
    figure, (axes,) = new_figure(10.6, 3.1) if len(values) > _FEW else new_figure(5.6, 4.1)
    axes.bar(range(1, len(values) + 1), values, width=_width(values), color=[_colour(v, active) for v in values])
    axes.grid(visible=False, axis="x")
    axes.xaxis.set_major_locator(ticks(whole=True))
    axes.set(xlim=(0.4, len(values) + 0.6), ylim=(0, max(*values, active) * 1.05))
    title(
        axes, f"{sum(value > active for value in values)} of {len(values)} latent dimensions have over {active:g} nats"
    )
    label(axes, "latent dimensions, by falling KL", "KL in nats")
    return figure


def _width(values: Sequence[float]) -> float:
    """No gaps between many bars, where they would only flicker."""
    return 0.72 if len(values) <= 64 else 1.0


def _colour(value: float, active: float) -> str:
    return STRONG if value > active else MUTED
