"""The posterior of a deep Markov model."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from autoencode.distributions.markov_chain import StepNormal, StructuredChain
from autoencode.nn.dense import Linear
from autoencode.nn.positive import bounded_exp
from autoencode.posteriors.posterior import Posterior


class StructuredPosterior(Posterior):
    """q(z|x) = ∏ q(z_t | z_t−1, x_t, …, x_T): the step before and what the encoder knows of the rest are combined.

        z_t−1 ─► tanh ─┐
                       ├─► mean of both ─► loc, scale of z_t
        features_t ────┘

    Args:
        steps: the longest sequence.
        dims: numbers of a step.
        features: of the encoder at each step, the last of which says whether the step is there.

    References:
        Krishnan, Shalit and Sontag, "Structured inference networks for nonlinear state space models", AAAI 2017,
        section 4 (DKS): the combiner function.
    """

    def __init__(self, steps: int, dims: int, *, features: int) -> None:
        super().__init__((steps, dims))
        hidden = features - 1
        self.start = nn.Parameter(torch.zeros(dims))
        self.before, self.head = Linear(dims, hidden), Linear(hidden, 2 * dims)

    def forward(self, features: Float[Tensor, "batch steps features"]) -> StructuredChain:
        """q(z|x) with batch shape (batch,) and event shape (steps, dims)."""
        counts = features[..., -1].sum(1).round().long()
        return StructuredChain(self._combined, features[..., :-1], counts, self.latent_shape[1], self.start)

    def _combined(self, before: Tensor, seen: Tensor) -> StepNormal:
        loc, log_scale = self.head((torch.tanh(self.before(before)) + seen) / 2).chunk(2, -1)
        return StepNormal(loc, bounded_exp(log_scale, 5.0))
