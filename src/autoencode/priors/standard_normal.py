"""The prior of the original variational autoencoder."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.distributions import Independent, Normal

from autoencode.priors.prior import Prior


class StandardNormalPrior(Prior):
    """Independent normals of mean 0 and standard deviation 1.

    Args:
        latent_shape: the shape of a code, or the number of its dimensions.

    Example:
        >>> StandardNormalPrior(2)().event_shape
        torch.Size([2])
    """

    loc: Tensor
    scale: Tensor

    def __init__(self, latent_shape: int | Sequence[int]) -> None:
        super().__init__((latent_shape,) if isinstance(latent_shape, int) else tuple(latent_shape))
        # Buffers follow the module to its device; they are no weights, so they are not saved.
        self.register_buffer("loc", torch.zeros(self.latent_shape), persistent=False)
        self.register_buffer("scale", torch.ones(self.latent_shape), persistent=False)

    def forward(self) -> Independent:
        """p(z) with batch shape () and event shape `latent_shape`."""
        return Independent(
            Normal(self.loc, self.scale, validate_args=False), len(self.latent_shape), validate_args=False
        )
