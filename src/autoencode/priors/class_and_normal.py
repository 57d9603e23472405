"""The prior of a class and of an independent normal code."""

import torch
from torch import Tensor

from autoencode.distributions import ClassAndNormal
from autoencode.priors.prior import Prior


class ClassAndNormalPrior(Prior):
    """p(y) p(z): uniform over classes, and a standard normal.

    Args:
        n_classes: number of classes.
        latent_dim: dimensions of z.

    References:
        Kingma et al., "Semi-supervised learning with deep generative models", NeurIPS 2014, equation 2.

    Example:
        >>> ClassAndNormalPrior(3, 2)().sample((4,)).shape
        torch.Size([4, 5])
    """

    logits: Tensor
    loc: Tensor

    def __init__(self, n_classes: int, latent_dim: int) -> None:
        super().__init__((n_classes + latent_dim,))
        self.register_buffer("logits", torch.zeros(n_classes), persistent=False)
        self.register_buffer("loc", torch.zeros(n_classes, latent_dim), persistent=False)

    def forward(self) -> ClassAndNormal:
        """p(y, z) with batch shape () and event shape (n_classes + latent_dim,)."""
        return ClassAndNormal(self.logits, self.loc, torch.ones_like(self.loc))
