"""Spots of age."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.corruptions.absorption import absorption
from autoencode.corruptions.amount import Amount
from autoencode.corruptions.corruption import BaseCorruption, register_corruption
from autoencode.corruptions.random_fields import uniform_per_picture, value_noise

_RUST = (0.45, 1.0, 1.6)


@register_corruption("foxing", "a darkness", 0.0, 1.0)
@dataclass(frozen=True)
class Foxing(BaseCorruption):
    """Brown spots and specks with soft edges, many small and few large, as mould, rust and dust leave them.

    Args:
        amount: the share of the light that the densest spots swallow.

    References:
        Choi, "Foxing on paper: a literature review", Journal of the American Institute for Conservation 46, 2007.
    """

    amount: Amount = 0.5
    pictures_only = True

    def apply(self, x: Float[Tensor, "batch channels height width"], amount: Tensor) -> Tensor:
        """The pictures under spots."""
        coverage = uniform_per_picture(x, 0.8, 1.9)
        density = torch.zeros_like(x[:, :1])
        for frequency, edge in ((9.0, 0.12), (22.0, 0.18), (48.0, 0.25)):
            field = value_noise(x, frequency, 2)
            field = field / field.std(dim=(1, 2, 3), keepdim=True, correction=0).clamp(min=1e-3)
            present = (uniform_per_picture(x) < 0.6).to(x.dtype)
            density = density + present * ((field - coverage) / edge).sigmoid() * uniform_per_picture(x, 0.3, 1.0)
        tint = 1 + uniform_per_picture(x, 0.2, 1.0) * (absorption(x, _RUST) - 1)
        return x * ((1 - 0.95 * amount).log() * density.clamp(max=1) * tint).exp()
