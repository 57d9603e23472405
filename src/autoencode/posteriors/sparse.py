"""Posteriors with sparse codes: sigmoid, ReLU and top-k units."""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.distributions import Distribution

from autoencode.distributions.point_mass import SparsePointMass
from autoencode.errors import ArgumentError
from autoencode.nn.dense import Linear
from autoencode.posteriors.posterior import Posterior


class SigmoidPosterior(Posterior):
    """Units with activations between 0 and 1, sigmoid(W h + b); active above a half.

    Args:
        in_features: the encoder's `out_features`.
        latent_dim: units.
        mean_activation: the approximate mean activation of a fresh unit, between 0 and 1. A unit whose activation has
            to fall from a half to a small target falls for all examples, and does not recover.

    Raises:
        ArgumentError: a mean activation that is not between 0 and 1.
    """

    def __init__(self, in_features: int, latent_dim: int, mean_activation: float = 0.5) -> None:
        super().__init__((latent_dim,))
        self.head = Linear(in_features, latent_dim)
        if not 0 < mean_activation < 1:
            raise ArgumentError(f"mean_activation must be between 0 and 1, not {mean_activation}")
        nn.init.constant_(self.head.bias, math.log(mean_activation / (1 - mean_activation)))

    def forward(self, features: Float[Tensor, "batch features"]) -> SparsePointMass:
        """The point mass at the code, batch shape (batch,) and event shape (latent_dim,)."""
        units = torch.sigmoid(self.head(features))
        return SparsePointMass(units, units > 0.5)


class ReluPosterior(Posterior):
    """Units with activations of 0 or more, relu(W h + b); active above 0.

    Args:
        in_features: the encoder's `out_features`.
        latent_dim: units.
    """

    def __init__(self, in_features: int, latent_dim: int) -> None:
        super().__init__((latent_dim,))
        self.head = Linear(in_features, latent_dim)

    def forward(self, features: Float[Tensor, "batch features"]) -> SparsePointMass:
        """The point mass at the code, batch shape (batch,) and event shape (latent_dim,)."""
        units = torch.relu(self.head(features))
        return SparsePointMass(units, units > 0)


class TopKPointMass(SparsePointMass):
    """The point mass at a code of k active units, with the activations of all units before the selection.

    Args:
        loc: the code, zero except for the kept units, (batch, units).
        activations: activations of all units, 0 or more, (batch, units).
    """

    def __init__(self, loc: Tensor, activations: Tensor) -> None:
        super().__init__(loc, loc != 0)
        self.activations = activations


class TopKPosterior(Posterior):
    """Units of which the k largest activations are kept; all others are zero.

    A unit that no example has used for `patience` steps is dead. `dead_topk` gives the code of the dead units alone,
    for an auxiliary loss that revives them.

    Args:
        in_features: the encoder's `out_features`.
        latent_dim: units.
        k: units kept for each example.
        patience: training steps without use after which a unit counts as dead.

    Raises:
        ArgumentError: `k` is not between 1 and `latent_dim`.

    References:
        Makhzani and Frey, "k-sparse autoencoders", ICLR 2014, section 2.1; dead units: Gao et al., "Scaling and
        evaluating sparse autoencoders", 2024, appendix A.2.
    """

    idle: Tensor

    def __init__(self, in_features: int, latent_dim: int, k: int, patience: int = 200) -> None:
        super().__init__((latent_dim,))
        self.head = Linear(in_features, latent_dim)
        if not 1 <= k <= latent_dim:
            raise ArgumentError(f"k must be between 1 and the {latent_dim} units of the code, not {k}")
        self.k, self.patience = k, patience
        self.register_buffer("idle", torch.zeros(latent_dim))

    def forward(self, features: Float[Tensor, "batch features"]) -> TopKPointMass:
        """The point mass at the sparse code, batch shape (batch,) and event shape (latent_dim,)."""
        units = torch.relu(self.head(features))
        return TopKPointMass(keep_top_k(units, self.k), units)

    def adapt(self, q: Distribution) -> None:
        """Counts the training steps since each unit was last used."""
        used = (q.mean != 0).any(0)
        self.idle.copy_(torch.where(used, torch.zeros_like(self.idle), self.idle + 1))

    @property
    def dead(self) -> Tensor:
        """Which units are dead, (units,)."""
        return self.idle >= self.patience

    def dead_topk(self, q: TopKPointMass) -> Float[Tensor, "batch units"]:
        """The k largest activations among the dead units, zero elsewhere."""
        return keep_top_k(q.activations * self.dead, self.k)


def keep_top_k(units: Float[Tensor, "batch units"], k: int) -> Float[Tensor, "batch units"]:
    """The k largest values of each row in place; zero elsewhere."""
    values, places = units.topk(k, dim=-1)
    return torch.zeros_like(units).scatter(-1, places, values)
