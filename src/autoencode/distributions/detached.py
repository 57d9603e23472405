"""A distribution whose parameters pass no gradients on."""

import copy
from typing import Any, TypeVar

from torch import Tensor
from torch.distributions import Distribution

from autoencode.distributions.point_mass import Degenerate
from autoencode.errors import CapabilityError

AnyDistribution = TypeVar("AnyDistribution", bound=Distribution)
_PLAIN = (int, float, bool, str, tuple, type(None))


def detached(d: AnyDistribution) -> AnyDistribution:
    """The same distribution, with gradients stopped at its parameters.

    `detached(q).log_prob(z)` still passes gradients to `z`: it is the partial derivative by the value alone, which the
    estimators of "sticking the landing" and its kin are made of.

    Args:
        d: any distribution that is made of tensors and of such distributions: a normal, an `Independent` of it, a
            mixture. It is left as it is.

    Raises:
        CapabilityError: `d` has no density, or holds something besides, such as a network, that may have weights.

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
        f"gradients cannot be stopped at the parameters of a {type(owner).__name__}, which holds a "
        f"{type(value).__name__}: use a diagonal normal posterior"
    )
