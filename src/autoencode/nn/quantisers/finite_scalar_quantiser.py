"""Finite scalar quantisation: rounding to a fixed grid."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from autoencode.errors import ArgumentError
from autoencode.nn.quantisers.quantiser import Quantiser

_MARGIN = 1e-3
"""The share of a step by which the outermost levels can be exceeded, so that finite inputs reach them."""


class FiniteScalarQuantiser(Quantiser):
    """All vectors whose i-th number is one of L_i levels from −1 to 1: ∏ L_i codewords without a codebook.

        x ─► a tanh(x + s) − o ─► round ─► divide by ⌊L/2⌋        0 is always a level

    An odd number of levels is symmetric, −1 … 1. An even number has one more level below 0 than above: o = ½ shifts the
    range down by half a step, and s keeps 0 at x = 0.

    Args:
        levels: L_i, 2 or more each.

    Raises:
        ArgumentError: no levels, or fewer than two.

    References:
        Mentzer, Minnen, Agustsson and Tschannen, "Finite scalar quantization: VQ-VAE made simple", ICLR 2024, section
        3.1 and the listing in appendix A.1. There s = tan(o / a), which does not map 0 to 0; here s = artanh(o / a),
        which does. There a is (L − 1)(1 − ε)/2, here (L − 1)(1 + ε)/2, so that artanh exists for two levels.

    Example:
        >>> grid = FiniteScalarQuantiser([3, 2])
        >>> grid(torch.arange(6)[None]).tolist()
        [[-1.0, -1.0], [-1.0, 0.0], [0.0, -1.0], [0.0, 0.0], [1.0, -1.0], [1.0, 0.0]]
    """

    levels: Tensor
    basis: Tensor

    def __init__(self, levels: Sequence[int]) -> None:
        counts = [int(count) for count in levels]
        if not counts or min(counts) < 2:
            raise ArgumentError(f"levels must be 2 or more for each latent dimension, not {tuple(levels)}")
        super().__init__(math.prod(counts), 1, len(counts))
        basis = [math.prod(counts[i + 1 :]) for i in range(len(counts))]
        # Of the default dtype, as they are combined with the vectors and converted with the module.
        self.register_buffer("levels", torch.tensor(counts, dtype=torch.get_default_dtype()), persistent=False)
        self.register_buffer("basis", torch.tensor(basis), persistent=False)

    @property
    def half_width(self) -> Tensor:
        """⌊L/2⌋, the number of levels below 0."""
        return (self.levels / 2).floor()

    def bound(self, x: Float[Tensor, "*leading width"]) -> Float[Tensor, "*leading width"]:
        """`x`, mapped by a tanh to the range of the levels, from about −1 to about 1."""
        reach = (self.levels - 1) * (1 + _MARGIN) / 2
        offset = torch.where(self.levels % 2 == 0, 0.5, 0.0).to(x.dtype)
        return (torch.tanh(x + torch.atanh(offset / reach)) * reach - offset) / self.half_width

    def forward(self, indices: Int64[Tensor, "*leading stages positions"]) -> Float[Tensor, "*leading positions width"]:
        """The vectors of these indices."""
        steps = indices.squeeze(-2).unsqueeze(-1) // self.basis % self.levels.long()
        return (steps - self.half_width) / self.half_width

    @torch.no_grad()
    def quantise(
        self, vectors: Float[Tensor, "*leading positions width"]
    ) -> tuple[Float[Tensor, "stages *leading positions width"], Int64[Tensor, "*leading stages positions"]]:
        """The nearest vectors on the grid to bounded vectors, and their indices; one stage."""
        steps = (vectors * self.half_width + self.half_width).round().clamp_min(0).minimum(self.levels - 1)
        indices = (steps.long() * self.basis).sum(-1).unsqueeze(-2)
        return ((steps - self.half_width) / self.half_width).unsqueeze(0), indices
