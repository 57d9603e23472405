"""The prior of categorical codes."""

import torch
from torch import Tensor

from autoencode.distributions.relaxed import OneHotCode
from autoencode.priors.prior import Prior


class CategoricalPrior(Prior):
    """Independent categorical variables whose classes are all as likely, as one-hot vectors laid end to end.

    Args:
        n_latents: variables.
        n_classes: of each.

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
