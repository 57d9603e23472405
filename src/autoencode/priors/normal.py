"""Normal priors: the standard normal, and one that depends on the context."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.distributions import Independent, Normal

from autoencode.nn.conditioning.conditional import Conditional
from autoencode.nn.dense import Linear
from autoencode.nn.positive import bounded_exp
from autoencode.nn.precision import without_autocast
from autoencode.priors.prior import Prior


class StandardNormalPrior(Prior):
    """Independent normals of mean 0 and standard deviation 1.

    Args:
        latent_shape: shape of one code, or the number of its dimensions.

    Example:
        >>> StandardNormalPrior(2)().event_shape
        torch.Size([2])
    """

    loc: Tensor
    scale: Tensor

    def __init__(self, latent_shape: int | Sequence[int]) -> None:
        super().__init__((latent_shape,) if isinstance(latent_shape, int) else tuple(latent_shape))
        # Buffers move with the module to its device; they are constants, so they are not saved.
        self.register_buffer("loc", torch.zeros(self.latent_shape), persistent=False)
        self.register_buffer("scale", torch.ones(self.latent_shape), persistent=False)

    def forward(self) -> Independent:
        """p(z) with batch shape () and event shape `latent_shape`."""
        return Independent(
            Normal(self.loc, self.scale, validate_args=False), len(self.latent_shape), validate_args=False
        )


class ConditionalNormalPrior(Conditional, Prior):
    """p(z|c): a normal whose mean and standard deviations depend on the context; initially the standard normal.

    Args:
        context_encoder: context → (batch, features).
        features: number of features of the context.
        latent_dim: dimensions of the latent code.

    References:
        Sohn, Lee and Yan, "Learning structured output representation using deep conditional generative models",
        NeurIPS 2015, section 4.1.
    """

    def __init__(self, context_encoder: nn.Module, features: int, latent_dim: int) -> None:
        super().__init__((latent_dim,))
        self.context_encoder, self.head = context_encoder, Linear(features, 2 * latent_dim)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, *args: Tensor) -> Independent:
        """p(z|c) with batch shape (batch,) and event shape (latent_dim,)."""
        (context,) = args
        with without_autocast(self.head.weight.device):
            loc, log_scale = self.head(self.context_encoder(context).to(self.head.weight.dtype)).chunk(2, -1)
        scale = bounded_exp(log_scale, 5.0)
        return Independent(Normal(loc, scale, validate_args=False), 1, validate_args=False)
