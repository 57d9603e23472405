"""How strong the noise of a picture is, found from the picture alone."""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

_TO_DEVIATION = 0.6745
"""The median of |w| for a standard normal w."""
_LEVELS, _LEAST_CELLS = 4, 64
_AROUND = 3
"""Brightness is that of so many cells a side, in which the noise of one value counts little."""


def estimate_noise(x: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch channels height width"]:
    """The standard deviation of the noise at each value, as a function of the brightness around it.

        2×2 pixels a b   ─► detail (a − b − c + d) / 2: hardly any picture, and noise of the same deviation
                   c d   ─► brightness (a + b + c + d) / 4 ─► four groups from dark to light ─► median |detail| / 0.6745

    Each picture and channel is estimated for itself. Noise of light grows with brightness, and noise that was cut off
    at black and white is weaker there; between the brightness of two groups the deviation is interpolated. Fine texture
    counts as noise, so that the estimate is too high on a picture full of it. Noise that is correlated between
    neighbours, as in a JPEG or an enlarged picture, has less detail, and the estimate is too low. Where more than half
    of the details are free of noise, as with black and white pixels, it is near 0.

    Args:
        x: pictures, white is 1.

    References:
        Donoho and Johnstone, "Ideal spatial adaptation by wavelet shrinkage", Biometrika 1994, section 4.1 (the median
        of the finest wavelet coefficients); Foi et al., "Practical Poissonian-Gaussian noise modeling", IEEE TIP 2008.
    """
    height, width = (side // 2 * 2 for side in x.shape[2:])
    if not height or not width:
        return torch.zeros_like(x)
    a, b, c, d = (x[..., row:height:2, column:width:2].contiguous() for row in (0, 1) for column in (0, 1))
    cells = (a + b + c + d) / 4
    brightness, order = cells.flatten(2).sort(-1)
    detail = ((a - b - c + d) / 2).abs().flatten(2).gather(-1, order)
    groups = max(1, min(_LEVELS, detail.shape[-1] // _LEAST_CELLS))
    size = detail.shape[-1] // groups
    deviation, middle = (
        values[..., : groups * size].unflatten(-1, (groups, size)).median(-1).values for values in (detail, brightness)
    )
    around = F.avg_pool2d(cells, _AROUND, stride=1, padding=_AROUND // 2, count_include_pad=False)
    return F.interpolate(_interpolated(around, middle, deviation / _TO_DEVIATION), x.shape[2:])


def _interpolated(x: Tensor, at: Tensor, values: Tensor) -> Tensor:
    """Piecewise linear in each channel, and constant beyond the ends; `at` ascends."""
    at, values = at[..., None, None], values[..., None, None]
    result = values[:, :, 0].expand_as(x)
    for place in range(at.shape[2] - 1):
        low, high, rise = at[:, :, place], at[:, :, place + 1], values[:, :, place + 1] - values[:, :, place]
        result = result + rise * ((x - low) / (high - low).clamp_min(1e-6)).clamp(0, 1)
    return result
