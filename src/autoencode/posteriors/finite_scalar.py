"""The posterior of codes whose numbers are rounded."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor

from autoencode.distributions.quantised import Quantised
from autoencode.nn.linear import Linear
from autoencode.nn.quantisers.finite_scalar_quantiser import FiniteScalarQuantiser
from autoencode.nn.quantisers.quantiser import as_map, as_vectors
from autoencode.posteriors.posterior import Posterior


class FiniteScalarPosterior(Posterior):
    """The mass on a point of a grid at each position: every number is bounded and rounded to one of a few levels.

        features ─► linear, the same at each position ─► bound ─► round ─► q(z|x)

    There is no codebook to learn, so none can collapse.

    Args:
        in_features: features at each position.
        levels: of each number of a code; the product is the number of codewords.
        grid: the shape of the positions: (height, width), or (positions,).

    References:
        Mentzer, Minnen, Agustsson and Tschannen, "Finite scalar quantization: VQ-VAE made simple", ICLR 2024, section
        3.1.

    Example:
        >>> import torch
        >>> posterior = FiniteScalarPosterior(16, [8, 5, 5, 5], (7, 7))
        >>> posterior.codes.n_codes, posterior(torch.zeros(5, 16, 7, 7)).mean.shape
        (1000, torch.Size([5, 4, 7, 7]))
    """

    def __init__(self, in_features: int, levels: Sequence[int], grid: Sequence[int]) -> None:
        codes = FiniteScalarQuantiser(levels)
        super().__init__((codes.width, *grid))
        self.head, self.codes = Linear(in_features, codes.width), codes

    @property
    def grid(self) -> tuple[int, ...]:
        """The shape of the positions."""
        return self.latent_shape[1:]

    def forward(self, features: Float[Tensor, "batch features ..."]) -> Quantised:
        """q(z|x) with batch shape (batch,) and event shape (numbers, *grid)."""
        vectors = self.codes.bound(self.head(as_vectors(features, self.grid)))
        points, indices = self.codes.quantise(vectors)
        return Quantised(as_map(points, self.grid), as_map(vectors, self.grid), indices, self.codes.n_codes)
