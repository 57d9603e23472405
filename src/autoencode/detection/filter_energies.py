"""Local energies of fixed filters: what a texture looks like, in units of its own variation."""

import math

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

_ORIENTATIONS, _SIDE, _WIDTH, _FREQUENCY = 4, 7, 1.5, 0.93
_BLURS = (1.5, 1.0, 1.0)
"""Standard deviations by which energies are averaged, in pixels of their level; each level has half the size."""
_FEATURES = _ORIENTATIONS + 1
_SMALLEST, _RIDGE, _EDGE = 1e-4, 0.01, 4


class FilterEnergies(nn.Module):
    """Energies of oriented filters at three sizes, and the brightness there, decorrelated by those of good pictures.

        x ─► even and odd filters ─► √(even² + odd²) ─► blur ─┐
        └─► half the size ─► the same ─► …                    ├─► (f − mean) · covariance^(−1/2)
                                                              ┘
    Good pictures have mean 0 and the identity as covariance, so that the length of what comes out, the Mahalanobis
    distance, is a score of how unusual a place is that needs no training.

    Args:
        channels: of the pictures.

    References:
        Oriented energies: Malik and Perona, "Preattentive texture discrimination", JOSA A 1990.
    """

    kernels: Tensor
    mean: Tensor
    whitening: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.width = len(_BLURS) * _FEATURES * channels
        self.halo = 2 ** (len(_BLURS) - 1) * (_SIDE // 2 + 3 + 2)
        self.register_buffer("kernels", _filters(), persistent=False)
        self.register_buffer("mean", torch.zeros(self.width))
        self.register_buffer("whitening", torch.eye(self.width))

    def fit(self, x: Float[Tensor, "n channels height width"]) -> "FilterEnergies":
        """Takes mean and covariance of good pictures.

        Args:
            x: (n, channels, height, width).
        """
        f = self._energies(x)[:, :, _EDGE:-_EDGE, _EDGE:-_EDGE].movedim(1, 3).flatten(0, 2).double()
        covariance = torch.cov(f.T)
        covariance += torch.diag(_RIDGE * covariance.diag() + 1e-8)
        self.mean.copy_(f.mean(0))
        self.whitening.copy_(torch.linalg.inv(torch.linalg.cholesky(covariance)).T)
        return self

    def forward(self, x: Float[Tensor, "n channels height width"]) -> Float[Tensor, "n features half_h half_w"]:
        """At half the size of the pictures, whose sides are multiples of 4."""
        return ((self._energies(x).movedim(1, 3) - self.mean) @ self.whitening).movedim(3, 1)

    def _energies(self, x: Tensor) -> Tensor:
        channels, size = x.shape[1], (x.shape[2] // 2, x.shape[3] // 2)
        found = list[Tensor]()
        for level, width in enumerate(_BLURS):
            edged = F.pad(x, (_SIDE // 2,) * 4, mode="replicate")
            response = F.conv2d(edged, self.kernels.repeat(channels, 1, 1, 1), groups=channels)
            energy = (response[:, 0::2] ** 2 + response[:, 1::2] ** 2 + _SMALLEST).sqrt()
            features = torch.cat([energy, x], 1)
            features = blurred(F.avg_pool2d(features, 2) if level == 0 else features, width)
            found.append(features if level < 2 else F.interpolate(features, size, mode="bilinear"))
            x = F.avg_pool2d(x, 2)
        return torch.cat(found, 1)


def blurred(x: Float[Tensor, "n channels height width"], width: float) -> Float[Tensor, "n channels height width"]:
    """A Gaussian blur; beyond the edges the last pixel is repeated.

    Args:
        x: (n, channels, height, width).
        width: the standard deviation in pixels.
    """
    reach = int(2.5 * width + 0.5)
    weights = torch.exp(-(torch.arange(-reach, reach + 1.0) ** 2) / (2 * width**2))
    weights = (weights / weights.sum()).expand(x.shape[1], 1, 1, -1)
    x = F.conv2d(F.pad(x, (reach, reach, 0, 0), mode="replicate"), weights, groups=x.shape[1])
    return F.conv2d(F.pad(x, (0, 0, reach, reach), mode="replicate"), weights.mT, groups=x.shape[1])


def _filters() -> Float[Tensor, "filters 1 side side"]:
    """Even and odd Gabor filters of each orientation by turns, of length 1; the even ones have mean 0."""
    places = torch.arange(_SIDE) - _SIDE // 2.0
    y, x = torch.meshgrid(places, places, indexing="ij")
    envelope = torch.exp(-(x**2 + y**2) / (2 * _WIDTH**2))
    filters = list[Tensor]()
    for number in range(_ORIENTATIONS):
        angle = math.pi * number / _ORIENTATIONS
        phase = _FREQUENCY * (x * math.cos(angle) + y * math.sin(angle))
        even, odd = phase.cos() * envelope, phase.sin() * envelope
        even = even - envelope * (even.sum() / envelope.sum())
        filters += [even / even.norm(), odd / odd.norm()]
    return torch.stack(filters)[:, None]
