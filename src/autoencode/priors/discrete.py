"""Priors of bits and categories."""

import math

import torch
from torch import Tensor
from torch.distributions import Bernoulli, Independent

from autoencode.distributions.relaxed import OneHotCode
from autoencode.errors import ArgumentError
from autoencode.priors.prior import Prior


class BernoulliPrior(Prior):
    """Independent bits, all with the same probability of a 1.

    Args:
        latent_dim: bits in a code.
        p: that probability, between 0 and 1.

    Raises:
        ArgumentError: a probability that is not between 0 and 1.

    Example:
        >>> BernoulliPrior(10)().log_prob(torch.ones(10))
        tensor(-6.9315)
    """

    logits: Tensor

    def __init__(self, latent_dim: int, p: float = 0.5) -> None:
        super().__init__((latent_dim,))
        if not 0 < p < 1:
            raise ArgumentError(f"p must be between 0 and 1, not {p}")
        self.register_buffer("logits", torch.full((latent_dim,), math.log(p) - math.log1p(-p)), persistent=False)

    def forward(self) -> Independent:
        """p(z) with batch shape () and event shape (latent_dim,)."""
        return Independent(Bernoulli(logits=self.logits, validate_args=False), 1, validate_args=False)


class CategoricalPrior(Prior):
    """Independent uniform categorical variables, as concatenated one-hot vectors.

    Args:
        n_latents: categorical variables in a code.
        n_classes: categories of each.

    Example:
        >>> CategoricalPrior(3, 4)().sample((5,)).shape
        torch.Size([5, 12])
    """

    logits: Tensor

    def __init__(self, n_latents: int, n_classes: int) -> None:
        super().__init__((n_latents * n_classes,))
        self.register_buffer("logits", torch.zeros(n_latents, n_classes), persistent=False)

    def forward(self) -> OneHotCode:
        """p(z) with batch shape () and event shape (n_latents · n_classes,)."""
        return OneHotCode(self.logits)
