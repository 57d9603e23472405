"""The distribution of an invertible function of a random vector."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution


class Pushforward(Distribution):
    """z = f(u) with u ~ base: fresh draws come with their density, and any other z has its own.

        u ~ base ─► f ─► z        log p(z) = log base(u) − log |det ∂f/∂u|

    A flow that draws in one pass needs one pass for each dimension to find the u of a given z. So the last draw's
    density is kept, and given out for that very tensor as long as nobody has written to it; for every other z, u is
    computed. A kept density is a function of the parameters, and not of z: differentiate it with respect to z
    by asking for the density of a copy.

    Args:
        base: the distribution of u, event shape (dims,), reparameterised.
        transform: z → u, with the methods of zuko's transforms (`inv` and `call_and_ladj`).

    References:
        Rezende and Mohamed, "Variational inference with normalizing flows", ICML 2015, equations 5 to 7.
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore  # torch declares it as a property
    has_rsample = True

    def __init__(self, base: Distribution, transform: Any) -> None:
        self.base, self.transform = base, transform
        self._last: tuple[Tensor, Tensor, int] | None = None
        super().__init__(base.batch_shape, base.event_shape, validate_args=False)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draws, (*sample_shape, *batch_shape, dims)."""
        u = self.base.rsample(torch.Size(sample_shape))
        with torch.autocast(u.device.type, enabled=False):
            z, log_det = self.transform.inv.call_and_ladj(u)
        self._last = None if z.is_inference() else (z, self.base.log_prob(u) - log_det, z._version)
        return z

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """The same without gradients."""
        with torch.no_grad():
            return self.rsample(sample_shape)

    @property
    def mean(self) -> Tensor:
        """f(mean of the base), (*batch_shape, dims): the middle of the distribution, and not the mean of its draws."""
        with torch.autocast(self.base.mean.device.type, enabled=False):
            return self.transform.inv(self.base.mean)

    def log_prob(self, value: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Log density in nats, of any z."""
        kept = self._cached_log_prob(value)
        if kept is not None:
            return kept
        with torch.autocast(value.device.type, enabled=False):
            u, log_det = self.transform.call_and_ladj(value)
        return self.base.log_prob(u) + log_det

    def _cached_log_prob(self, value: Tensor) -> Tensor | None:
        """The last draw's density, if `value` is that draw, unchanged, and gradients are there if they are wanted."""
        if self._last is None:
            return None
        z, log_prob, version = self._last
        same = z is value and z._version == version
        return log_prob if same and (log_prob.requires_grad or not torch.is_grad_enabled()) else None
