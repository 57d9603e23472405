"""A normal prior that the context moves."""

import torch
from torch import Tensor, nn
from torch.distributions import Independent, Normal

from autoencode.nn.context.conditional import Conditional
from autoencode.nn.linear import Linear
from autoencode.nn.precision import without_autocast
from autoencode.priors.prior import Prior

_BOUND = 5.0


class ConditionalNormalPrior(Conditional, Prior):
    """p(z|c): a normal whose mean and standard deviations are read off the context; standard normal when fresh.

    Args:
        context_encoder: context → (batch, features).
        features: how many those are.
        latent_dim: numbers in a code.

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
        scale = torch.exp(_BOUND * torch.tanh(log_scale / _BOUND))
        return Independent(Normal(loc, scale, validate_args=False), 1, validate_args=False)
