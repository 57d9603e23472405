"""The prior of codes in blocks, one for each attribute."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.distributions import Independent, Normal

from autoencode.distributions import AttributeMixtures, NormalMixture, with_known_values
from autoencode.errors import ArgumentError
from autoencode.priors.prior import Prior

_FIRST_LOG_SCALE = -1.0
"""Of the normals: less wide than their means are apart."""


class AttributePrior(Prior):
    """For each attribute a mixture of learned normals, one for each of its values; a standard normal for the rest.

    Args:
        n_values: how many values each attribute has.
        block_dim: numbers of a code that stand for one attribute.
        rest_dim: numbers for all else.

    References:
        Joy, Schmon, Torr, Siddharth and Rainforth, "Capturing label characteristics in VAEs", ICLR 2021, section 4: the
        conditional prior p(z_c|y), which factorises over labels.

    Example:
        >>> AttributePrior([3, 2], 2, 4)().sample((5,)).shape
        torch.Size([5, 8])
    """

    zeros: Tensor

    def __init__(self, n_values: Sequence[int], block_dim: int, rest_dim: int) -> None:
        super().__init__((len(n_values) * block_dim + rest_dim,))
        self.logits = nn.ParameterList([torch.zeros(count) for count in n_values])
        self.loc = nn.ParameterList([torch.randn(count, block_dim) for count in n_values])
        self.log_scale = nn.ParameterList([torch.full((count, block_dim), _FIRST_LOG_SCALE) for count in n_values])
        self.register_buffer("zeros", torch.zeros(rest_dim), persistent=False)

    def forward(self) -> AttributeMixtures:
        """p(z) with batch shape () and event shape `latent_shape`."""
        parts = zip(self.logits, self.loc, self.log_scale, strict=True)
        blocks = [NormalMixture(logits, loc, log_scale.exp()) for logits, loc, log_scale in parts]
        rest = Independent(Normal(self.zeros, torch.ones_like(self.zeros), validate_args=False), 1, validate_args=False)
        return AttributeMixtures(blocks, rest)

    def with_context(self, z: Tensor, context: Tensor) -> Tensor:
        """Codes whose blocks of known attributes are drawn from the normals of their values.

        Args:
            z: codes, (n_samples, batch, numbers).
            context: the place of the value of each attribute, (batch, attributes), or of the only one, (batch,); -1
                where it is not known.

        Raises:
            ArgumentError: the context is no value of each attribute.
        """
        p, values = self(), value_places(context)
        counts = [len(block.logits) for block in p.blocks]
        limits = torch.tensor(counts, device=context.device)
        if context.dtype != torch.int64 or values.shape[1:] != limits.shape or bool((values >= limits).any()):
            raise ArgumentError(
                f"AttributePrior needs a value for each of {len(counts)} attributes, of {counts} values, or -1 for "
                f"none, not a context of shape {tuple(context.shape)} and type {context.dtype}"
            )
        return with_known_values(p, z, values)


def value_places(context: Tensor) -> Tensor:
    """The place of the value of each attribute, (batch, attributes); a class, (batch,), is the only one."""
    return context[:, None] if context.ndim == 1 else context
