"""All the probability at one point: the code of a plain autoencoder."""

from typing import Any, NoReturn

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.distributions import Distribution

from autoencode.errors import CapabilityError


class Degenerate:
    """Marks a distribution without a density, for which there is no bound and no likelihood."""


class PointMass(Distribution, Degenerate):
    """The distribution of a variable that is always `loc`.

    With it a plain autoencoder is an `Autoencoder` like a variational one. It has no density, so `log_prob`, `entropy`
    and all divergences raise `CapabilityError`.

    Args:
        loc: the point, (*batch_shape, *event_shape).
        event_ndim: number of trailing axes of `loc` that are the event.

    Example:
        >>> q = PointMass(torch.zeros(5, 2), event_ndim=1)
        >>> q.rsample((3,)).shape
        torch.Size([3, 5, 2])
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore  # torch declares it as a property
    has_rsample = True

    def __init__(self, loc: Tensor, event_ndim: int = 1) -> None:
        self.loc = loc
        split = loc.ndim - event_ndim
        super().__init__(loc.shape[:split], loc.shape[split:], validate_args=False)

    @property
    def mean(self) -> Tensor:
        """The point itself."""
        return self.loc

    @property
    def variance(self) -> Tensor:
        """Zero everywhere."""
        return torch.zeros_like(self.loc)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """`loc`, expanded over `sample_shape`, with gradients."""
        return self.loc.expand(*sample_shape, *self.loc.shape)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """The same without gradients (a view created under `no_grad` would still require them)."""
        return self.rsample(sample_shape).detach()

    def log_prob(self, value: Tensor) -> NoReturn:
        """Not available: a point mass has no density.

        Raises:
            CapabilityError: always.
        """
        raise CapabilityError(_REASON)

    def entropy(self) -> NoReturn:
        """Not available: a point mass has no density.

        Raises:
            CapabilityError: always.
        """
        raise CapabilityError(_REASON)


_REASON = (
    "the code of a plain autoencoder is a single point and has no density, so there is no KL, elbo or likelihood; "
    "train a model with a diagonal-normal posterior (for instance --recipe dense-vae) to have them"
)


class SparsePointMass(PointMass):
    """A point mass at a sparse code, with the active units, so that their share can be reported.

    Args:
        loc: the code, (batch, units).
        active: which units are active, (batch, units); the criterion depends on the kind of unit.

    Example:
        >>> import torch
        >>> q = SparsePointMass(torch.tensor([[0.0, 2.0]]), torch.tensor([[False, True]]))
        >>> q.active_fraction
        tensor([0.5000])
    """

    def __init__(self, loc: Float[Tensor, "batch units"], active: Bool[Tensor, "batch units"]) -> None:
        super().__init__(loc, event_ndim=1)
        self.active = active

    @property
    def active_fraction(self) -> Float[Tensor, " batch"]:
        """The share of active units of each example."""
        return self.active.to(self.loc.dtype).mean(1)
