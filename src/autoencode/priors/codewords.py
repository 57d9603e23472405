"""Priors of codewords, uniform or with the frequencies of the training data."""

import math
from abc import abstractmethod
from collections.abc import Sequence

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.distributions import Distribution

from autoencode.distributions.quantised import Codewords, require_quantised
from autoencode.errors import ArgumentError
from autoencode.nn.quantisers.quantiser import Quantiser, as_map, as_vectors
from autoencode.priors.prior import Prior


class CodewordPrior(Prior):
    """Codewords that are independent between stages and positions.

    Args:
        codes: the quantiser of the posterior, shared with it.
        grid: shape of the positions.
    """

    def __init__(self, codes: Quantiser, grid: Sequence[int]) -> None:
        super().__init__((codes.width, *grid))
        self._shared = (codes,)  # in a tuple, so that its buffers are the posterior's alone

    @property
    def codes(self) -> Quantiser:
        """The quantiser, which maps indices to codewords."""
        return self._shared[0]

    @property
    def grid(self) -> tuple[int, ...]:
        """Shape of the positions."""
        return self.latent_shape[1:]

    @property
    def n_indices(self) -> int:
        """Codewords in a code: stages · positions."""
        return self.codes.n_stages * math.prod(self.grid)

    @abstractmethod
    def logits(self) -> Float[Tensor, "stages positions k"]:
        """Unnormalised log probabilities of the codewords."""
        raise NotImplementedError

    @abstractmethod
    def indices_of(self, z: Float[Tensor, "..."]) -> Int64[Tensor, "..."]:
        """The indices of codes (*leading, width, *grid), or of codes of the same probability."""
        raise NotImplementedError

    def forward(self) -> Codewords:
        """p(z) with batch shape () and event shape (width, *grid)."""
        return Codewords(self.logits(), self.latent_shape, self._look_up, self.indices_of)

    def _look_up(self, indices: Tensor) -> Tensor:
        return as_map(self.codes(indices), self.grid)


class UniformCodewordPrior(CodewordPrior):
    """All codewords equally likely at each position: the KL of a quantised posterior is stages · positions · log K.

    Args:
        codes: the quantiser of the posterior, shared with it.
        grid: shape of the positions.

    References:
        van den Oord, Vinyals and Kavukcuoglu, "Neural discrete representation learning", NeurIPS 2017, section 3.1.

    Example:
        >>> from autoencode.nn import FiniteScalarQuantiser
        >>> UniformCodewordPrior(FiniteScalarQuantiser([3, 3]), (7, 7))().sample((5,)).shape
        torch.Size([5, 2, 7, 7])
    """

    zero: Tensor

    def __init__(self, codes: Quantiser, grid: Sequence[int]) -> None:
        super().__init__(codes, grid)
        self.register_buffer("zero", torch.zeros(()), persistent=False)

    def logits(self) -> Float[Tensor, "stages positions k"]:
        """Zeros, expanded without memory."""
        return self.zero.expand(self.codes.n_stages, math.prod(self.grid), self.codes.n_codes)

    def indices_of(self, z: Float[Tensor, "..."]) -> Int64[Tensor, "..."]:
        """Zeros: all codewords have the same probability, so the nearest ones need not be found."""
        leading = z.shape[: z.ndim - len(self.latent_shape)]
        shape = (*leading, self.codes.n_stages, math.prod(self.grid))
        return torch.zeros(shape, dtype=torch.int64, device=z.device)


_HALF = 0.5


class EmpiricalCodewordPrior(CodewordPrior):
    """Independent positions, each with the frequencies of its codewords during training.

        counts ← γ counts + counts of this step's codes        p ∝ counts + ½

    No gradients are needed: given the codes, their frequencies are the optimal prior of this kind. Old counts decay,
    since the meaning of codewords changes while the encoder learns.

    Args:
        codes: the quantiser of the posterior, shared with it.
        grid: shape of the positions.
        decay: γ, of the counts at each training step, from 0 to below 1.

    Raises:
        ArgumentError: a decay outside its range.

    References:
        Half a count for each codeword: Krichevsky and Trofimov, "The performance of universal encoding", 1981.
    """

    counts: Tensor

    def __init__(self, codes: Quantiser, grid: Sequence[int], decay: float = 0.995) -> None:
        super().__init__(codes, grid)
        if not 0 <= decay < 1:
            raise ArgumentError(f"the decay of counts must be from 0 to below 1, not {decay}")
        self.decay = decay
        self.register_buffer("counts", torch.zeros(codes.n_stages, math.prod(grid), codes.n_codes))

    def logits(self) -> Float[Tensor, "stages positions k"]:
        """Logarithms of the counts plus a half."""
        return (self.counts + _HALF).log()

    def indices_of(self, z: Float[Tensor, "..."]) -> Int64[Tensor, "..."]:
        """The indices of the nearest codewords.

        Raises:
            CapabilityError: there are several stages.
        """
        return self.codes.indices_of(as_vectors(z, self.grid))

    @torch.no_grad()
    def adapt(self, q: Distribution) -> None:
        """Counts the codes of this step."""
        indices = require_quantised(q).indices
        places = torch.arange(math.prod(self.counts.shape[:2]), device=self.counts.device) * self.codes.n_codes
        counted = (indices.flatten(1) + places).flatten()
        self.counts.mul_(self.decay)
        self.counts.view(-1).index_add_(0, counted, torch.ones_like(counted, dtype=self.counts.dtype))
