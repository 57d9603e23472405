"""The prior that knows how frequent each codeword is at each position."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.distributions import Distribution

from autoencode.distributions.quantised import require_quantised
from autoencode.errors import ArgumentError
from autoencode.nn.quantisers.quantiser import Quantiser, as_vectors
from autoencode.priors.codeword_prior import CodewordPrior

_HALF = 0.5


class EmpiricalCodewordPrior(CodewordPrior):
    """Codewords independent between positions, each as likely as it was in training, counted by position.

        counts ← γ counts + counts of this step's codes        p ∝ counts + ½

    Nothing is learned by gradients: given the codes, frequencies are the best prior of this kind. Old counts fade,
    since codes change their meaning while the encoder learns.

    Args:
        codes: the posterior's; shared and not owned.
        grid: the shape of the positions.
        decay: γ, of the counts at each training step.

    Raises:
        ArgumentError: a decay that is not between 0 and 1.

    References:
        Half a count for each codeword: Krichevsky and Trofimov, "The performance of universal encoding", 1981.
    """

    counts: Tensor

    def __init__(self, codes: Quantiser, grid: Sequence[int], decay: float = 0.995) -> None:
        super().__init__(codes, grid)
        if not 0 <= decay < 1:
            raise ArgumentError(f"the decay of counts is between 0 and 1, not {decay}")
        self.decay = decay
        self.register_buffer("counts", torch.zeros(codes.n_stages, math.prod(grid), codes.n_codes))

    def logits(self) -> Float[Tensor, "stages positions k"]:
        """Logarithms of the counts and a half."""
        return (self.counts + _HALF).log()

    def indices_of(self, z: Float[Tensor, "..."]) -> Int64[Tensor, "..."]:
        """The indices of the nearest codewords.

        Raises:
            CapabilityError: codewords of several stages.
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
