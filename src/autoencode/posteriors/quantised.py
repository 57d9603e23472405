"""Posteriors of codewords: the nearest one at each position."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution

from autoencode.distributions.quantised import Quantised, require_quantised
from autoencode.nn.dense import Linear
from autoencode.nn.quantisers.finite_scalar_quantiser import FiniteScalarQuantiser
from autoencode.nn.quantisers.quantiser import as_map, as_vectors
from autoencode.nn.quantisers.residual_vector_quantiser import ResidualVectorQuantiser
from autoencode.posteriors.posterior import Posterior


class VectorQuantisedPosterior(Posterior):
    """Probability one for the nearest codeword at each position.

        features ─► linear, the same at each position ─► nearest codeword ─► [residual ─► nearest ─► …] ─► q(z|x)

    Codewords are running means of the vectors assigned to them; `adapt` updates them once per training step. They are
    initialised from the vectors of the first step, and unused codewords are revived.

    Args:
        in_features: features at each position.
        latent_dim: D, dimensions of a codeword.
        grid: shape of the positions: (height, width), or (positions,).
        n_codes: K, codewords in each codebook.
        n_stages: codebooks in sequence; 1 is plain vector quantisation.
        decay: of the running means, from 0 to below 1.
        patience: training steps without use after which a codeword is revived; 0 for never.

    Raises:
        ArgumentError: a number outside its range.

    References:
        van den Oord, Vinyals and Kavukcuoglu, "Neural discrete representation learning", NeurIPS 2017, equations 1 and
        2 and appendix A.1; stages: Zeghidour et al., "SoundStream", 2021, section III-C.

    Example:
        >>> posterior = VectorQuantisedPosterior(16, 4, (7, 7), 512)
        >>> posterior(torch.zeros(5, 16, 7, 7)).mean.shape
        torch.Size([5, 4, 7, 7])
    """

    def __init__(
        self,
        in_features: int,
        latent_dim: int,
        grid: Sequence[int],
        n_codes: int,
        n_stages: int = 1,
        decay: float = 0.99,
        patience: int = 20,
    ) -> None:
        super().__init__((latent_dim, *grid))
        self.head = Linear(in_features, latent_dim)
        self.codes = ResidualVectorQuantiser(n_codes, latent_dim, n_stages, decay, patience)

    @property
    def grid(self) -> tuple[int, ...]:
        """Shape of the positions."""
        return self.latent_shape[1:]

    def forward(self, features: Float[Tensor, "batch features ..."]) -> Quantised:
        """q(z|x) with batch shape (batch,) and event shape (latent_dim, *grid)."""
        vectors = self.head(as_vectors(features, self.grid))
        sums, indices = self.codes.quantise(vectors)
        return Quantised(as_map(sums, self.grid), as_map(vectors, self.grid), indices, self.codes.n_codes)

    @torch.no_grad()
    def adapt(self, q: Distribution) -> None:
        """Moves the codewords towards the vectors assigned to them."""
        code = require_quantised(q)
        vectors = as_vectors(code.unquantised.detach(), self.grid)
        self.codes.learn(vectors.flatten(0, 1), code.indices.mT.flatten(0, 1))


class FiniteScalarPosterior(Posterior):
    """Probability one for a rounded vector at each position: each number is bounded and rounded to one of a few levels.

        features ─► linear, the same at each position ─► bound ─► round ─► q(z|x)

    There is no learned codebook that could collapse.

    Args:
        in_features: features at each position.
        levels: of each latent dimension, 2 or more; their product is the number of codewords.
        grid: shape of the positions: (height, width), or (positions,).

    Raises:
        ArgumentError: no levels, or fewer than two.

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
        """Shape of the positions."""
        return self.latent_shape[1:]

    def forward(self, features: Float[Tensor, "batch features ..."]) -> Quantised:
        """q(z|x) with batch shape (batch,) and event shape (numbers, *grid)."""
        vectors = self.codes.bound(self.head(as_vectors(features, self.grid)))
        points, indices = self.codes.quantise(vectors)
        return Quantised(as_map(points, self.grid), as_map(vectors, self.grid), indices, self.codes.n_codes)
