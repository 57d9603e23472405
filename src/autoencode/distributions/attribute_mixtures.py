"""A code in blocks, one for each attribute, each a mixture of one normal for each value."""

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal, constraints

from autoencode.distributions.normal_mixture import NormalMixture


class AttributeMixtures(Distribution):
    """Independent blocks: a mixture of normals for each attribute, one for each of its values, and a standard normal.

        z = (z₁, …, z_K, rest)        p(z) = Π_k Σ_v π_kv N(z_k; loc_kv, diag scale_kv²) · N(rest; 0, I)

    Args:
        blocks: the mixture of each attribute.
        rest: the standard normal of all else, batch shape () and event shape (numbers,).

    Example:
        >>> block = NormalMixture(torch.zeros(3), torch.zeros(3, 2), torch.ones(3, 2))
        >>> rest = Independent(Normal(torch.zeros(4), torch.ones(4)), 1)
        >>> p = AttributeMixtures([block, block], rest)
        >>> p.sample((5,)).shape, p.log_prob(torch.zeros(5, 8)).shape
        (torch.Size([5, 8]), torch.Size([5]))
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore  # torch declares it as a property
    has_rsample = False

    def __init__(self, blocks: Sequence[NormalMixture], rest: Independent) -> None:
        self.blocks, self.rest = tuple(blocks), rest
        self.sizes = [*(int(block.event_shape[0]) for block in blocks), int(rest.event_shape[0])]
        super().__init__(torch.Size(), torch.Size([sum(self.sizes)]), validate_args=False)

    @property
    def support(self) -> constraints.Constraint:
        """Real vectors."""
        return constraints.real_vector

    @property
    def mean(self) -> Tensor:
        """(numbers,)."""
        return torch.cat([part.mean for part in (*self.blocks, self.rest)])

    @property
    def variance(self) -> Tensor:
        """(numbers,)."""
        return torch.cat([part.variance for part in (*self.blocks, self.rest)])

    def split(self, value: Float[Tensor, "*batch numbers"]) -> tuple[Tensor, ...]:
        """The block of each attribute, and the rest."""
        return value.split(self.sizes, -1)

    def block(self, attribute: int) -> slice:
        """Where the block of an attribute lies in a code."""
        start = sum(self.sizes[:attribute])
        return slice(start, start + self.sizes[attribute])

    def log_prob(self, value: Float[Tensor, "*batch numbers"]) -> Float[Tensor, "*batch"]:
        """Log density in nats, (*batch,)."""
        parts = zip((*self.blocks, self.rest), self.split(value), strict=True)
        return torch.stack([part.log_prob(z) for part, z in parts]).sum(0)

    def log_joint(self, value: Float[Tensor, "*batch numbers"]) -> list[Float[Tensor, "*batch values"]]:
        """log π_kv + log N(z_k; v) for each value of each attribute, in nats."""
        return [block.log_joint(z) for block, z in zip(self.blocks, self.split(value)[:-1], strict=True)]

    def values_of(self, value: Float[Tensor, "*batch numbers"]) -> Int64[Tensor, "*batch attributes"]:
        """The most probable value of each attribute given a code."""
        return torch.stack([joint.argmax(-1) for joint in self.log_joint(value)], -1)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draws, (*sample_shape, numbers)."""
        with torch.no_grad():
            return torch.cat([part.sample(torch.Size(sample_shape)) for part in (*self.blocks, self.rest)], -1)


def with_known_values(
    p: AttributeMixtures, z: Float[Tensor, "*n batch numbers"], values: Int64[Tensor, "batch attributes"]
) -> Float[Tensor, "*n batch numbers"]:
    """Codes whose blocks of known attributes are drawn anew from the normals of their values, with gradients to these.

    Args:
        p: the prior.
        z: codes, with any leading axes.
        values: the place of each attribute's value, -1 where it is not known: that block stays.
    """
    *blocks, rest = p.split(z)
    noise = torch.randn_like(z)
    for k, block in enumerate(p.blocks):
        place = values[:, k].clamp_min(0)
        drawn = block.loc[place] + block.scale[place] * noise[..., p.block(k)]
        blocks[k] = torch.where(values[:, k, None] >= 0, drawn, blocks[k])
    return torch.cat([*blocks, rest], -1)


def kl_by_knowledge(
    q: Independent, p: AttributeMixtures, z: Float[Tensor, "batch numbers"], values: Int64[Tensor, "batch attributes"]
) -> tuple[Float[Tensor, " batch"], Float[Tensor, " batch"]]:
    """The KL of the rest and of blocks of unknown attributes, and that of the other blocks and their values, in nats.

        known      KL(q(z_k) ‖ N(loc_ky, scale_ky²)) − log π_ky
        not known  log q(z_k) − log Σ_v π_kv N(z_k; loc_kv, scale_kv²), at the draw

    Args:
        q: a diagonal normal, batch shape (batch,).
        p: the prior.
        z: a draw from `q`.
        values: the place of each attribute's value, -1 where it is not known.
    """
    loc, scale = p.split(q.base_dist.loc), p.split(q.base_dist.scale)
    other = _kl(loc[-1], scale[-1], torch.zeros_like(loc[-1]), torch.ones_like(scale[-1]))
    of_known = torch.zeros_like(other)
    for k, (block, z_k) in enumerate(zip(p.blocks, p.split(z)[:-1], strict=True)):
        known, place = values[:, k] >= 0, values[:, k].clamp_min(0)
        exact = _kl(loc[k], scale[k], block.loc[place], block.scale[place]) - block.logits.log_softmax(0)[place]
        drawn = Normal(loc[k], scale[k], validate_args=False).log_prob(z_k).sum(-1) - block.log_prob(z_k)
        of_known = of_known + torch.where(known, exact, 0.0)
        other = other + torch.where(known, 0.0, drawn)
    return other, of_known


def _kl(loc: Tensor, scale: Tensor, other_loc: Tensor, other_scale: Tensor) -> Float[Tensor, " batch"]:
    ratio = (scale / other_scale).square()
    return 0.5 * (ratio + ((loc - other_loc) / other_scale).square() - 1 - ratio.log()).sum(-1)
