"""The distribution of an invertible function of a random vector, as of a flow."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution

from autoencode.kernels.torch_private import version_of


class Pushforward(Distribution):
    """z = f(u) with u ~ base; the density of the last draw is cached.

        u ~ base ─► f ─► z        log p(z) = log base(u) − log |det ∂f/∂u|

    A flow that samples in one pass needs one pass for each dimension to invert f. So the density of the last draw is
    cached and returned for that tensor, unless it was modified; for any other z, u is computed. The cached density has
    gradients for the parameters and not for z: for these, evaluate the density of a copy of z.

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
        self._last: tuple[Tensor, Tensor, object] | None = None
        super().__init__(base.batch_shape, base.event_shape, validate_args=False)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draws, (*sample_shape, *batch_shape, dims)."""
        u = self.base.rsample(torch.Size(sample_shape))
        with torch.autocast(u.device.type, enabled=False):
            z, log_det = self.transform.inv.call_and_ladj(u)
        self._last = None if z.is_inference() else (z, self.base.log_prob(u) - log_det, version_of(z))
        return z

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """The same without gradients."""
        with torch.no_grad():
            return self.rsample(sample_shape)

    @property
    def mean(self) -> Tensor:
        """f(mean of the base), (*batch_shape, dims); not the mean of the distribution."""
        with torch.autocast(self.base.mean.device.type, enabled=False):
            return self.transform.inv(self.base.mean)

    def log_prob(self, value: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Log density in nats."""
        kept = self._cached_log_prob(value)
        if kept is not None:
            return kept
        with torch.autocast(value.device.type, enabled=False):
            u, log_det = self.transform.call_and_ladj(value)
        return self.base.log_prob(u) + log_det

    def _cached_log_prob(self, value: Tensor) -> Tensor | None:
        """The cached density, if `value` is the unmodified last draw, and gradients are available if needed."""
        if self._last is None:
            return None
        z, log_prob, version = self._last
        same = z is value and version_of(z) == version
        return log_prob if same and (log_prob.requires_grad or not torch.is_grad_enabled()) else None
