"""A distribution with detached parameters."""

import copy
from typing import Any, TypeVar

from torch import Tensor
from torch.distributions import Distribution

from autoencode.distributions.point_mass import Degenerate
from autoencode.errors import CapabilityError

AnyDistribution = TypeVar("AnyDistribution", bound=Distribution)
_PLAIN = (int, float, bool, str, tuple, type(None))


def detached(d: AnyDistribution) -> AnyDistribution:
    """A copy of a distribution whose parameters are detached.

    `detached(q).log_prob(z)` still has gradients with respect to `z`: this partial derivative is part of estimators
    such as "sticking the landing".

    Args:
        d: a distribution that consists of tensors and of such distributions: a normal, an `Independent` of it, a
            mixture. It is unchanged.

    Raises:
        CapabilityError: `d` has no density, or contains something else that may have parameters, such as a network.

    References:
        Roeder, Wu and Duvenaud, "Sticking the landing", NeurIPS 2017, equation 8.

    Example:
        >>> import torch
        >>> loc = torch.zeros(2, requires_grad=True)
        >>> detached(torch.distributions.Normal(loc, 1.0)).mean.requires_grad
        False
    """
    if isinstance(d, Degenerate):
        d.entropy()  # raises, with the reason
    other = copy.copy(d)
    other.__dict__ = {name: _stopped(value, d) for name, value in d.__dict__.items()}
    return other


def _stopped(value: Any, owner: Distribution) -> Any:
    if isinstance(value, Tensor):
        return value.detach()
    if isinstance(value, Distribution):
        return detached(value)
    if isinstance(value, _PLAIN):
        return value
    raise CapabilityError(
        f"the parameters of a {type(owner).__name__}, which contains a {type(value).__name__}, cannot be detached: use "
        "a diagonal normal posterior"
    )
