"""The prior of a deep Markov model."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from autoencode.distributions.markov_chain import MarkovChain, StepNormal
from autoencode.nn.dense import Linear
from autoencode.nn.positive import bounded_exp
from autoencode.priors.prior import Prior


class MarkovPrior(Prior):
    """p(z₁) ∏ p(z_t | z_t−1), by a gated network: a linear and a nonlinear guess of the next mean, and a gate for each.

    Args:
        steps: the longest sequence.
        dims: numbers of a step.
        hidden: units of the gate and of the guess.

    References:
        Krishnan, Shalit and Sontag, "Structured inference networks for nonlinear state space models", AAAI 2017,
        section 5, "Parametrizing the transition function" (GTF).

    Example:
        >>> MarkovPrior(5, 2, hidden=8)().sample((3,)).shape
        torch.Size([3, 5, 2])
    """

    lengths: Tensor
    """How often each number of steps occurs in the training part."""

    def __init__(self, steps: int, dims: int, *, hidden: int) -> None:
        super().__init__((steps, dims))
        self.loc, self.log_scale = nn.Parameter(torch.zeros(dims)), nn.Parameter(torch.zeros(dims))
        self.gate = nn.Sequential(Linear(dims, hidden), nn.ReLU(), Linear(hidden, dims), nn.Sigmoid())
        self.guess = nn.Sequential(Linear(dims, hidden), nn.ReLU(), Linear(hidden, dims))
        self.linear, self.scale = Linear(dims, dims), Linear(dims, dims)
        nn.init.eye_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)
        self.register_buffer("lengths", torch.nn.functional.one_hot(torch.tensor(steps - 1), steps).float())

    def forward(self) -> MarkovChain:
        """p(z) with batch shape () and event shape (steps, dims)."""
        return MarkovChain(self, self.lengths, self.latent_shape[1])

    def count_lengths(self, counts: Int64[Tensor, " n"]) -> None:
        """Takes the numbers of steps of examples as those of draws."""
        self.lengths.copy_(torch.bincount(counts - 1, minlength=self.latent_shape[0]))

    def first(self) -> StepNormal:
        """p(z₁)."""
        return StepNormal(self.loc, bounded_exp(self.log_scale, 5.0))

    def following(self, before: Float[Tensor, "*leading dims"]) -> StepNormal:
        """p(z_t | z_t−1)."""
        gate, guess = self.gate(before), self.guess(before)
        loc = (1 - gate) * self.linear(before) + gate * guess
        return StepNormal(loc, bounded_exp(self.scale(torch.relu(guess)), 5.0))
