"""The discretized logistic: a probability mass on the 256 levels of 8-bit images."""

from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution, constraints


class DiscretizedLogistic(Distribution):
    """A logistic distribution rounded to the levels 0, 1/255, …, 1: a normalised likelihood of 8-bit data.

    The mass of a level is that of the logistic within half a step of it; the first and last level include the tails, so
    the 256 masses sum to one.

    Args:
        loc: location of the logistic, in the units of the data (0 to 1), any shape.
        log_scale: logarithm of its scale, in the same units; broadcast with `loc`.

    References:
        Kingma et al., "Improved variational inference with inverse autoregressive flow", NeurIPS 2016, section 6.1;
        Salimans et al., "PixelCNN++", ICLR 2017, equation 2.

    Example:
        >>> p = DiscretizedLogistic(torch.tensor(0.4), torch.tensor(-3.0))
        >>> levels = torch.arange(256) / 255
        >>> round(p.log_prob(levels).exp().sum().item(), 4)
        1.0
    """

    arg_constraints = {"loc": constraints.real, "log_scale": constraints.real}  # pyright: ignore
    support = constraints.unit_interval  # pyright: ignore
    levels = 256

    def __init__(self, loc: Tensor, log_scale: Tensor, validate_args: bool | None = None) -> None:
        self.loc, self.log_scale = torch.broadcast_tensors(loc, log_scale)
        super().__init__(self.loc.shape, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> "DiscretizedLogistic":
        """The same distribution with its parameters expanded to `batch_shape`."""
        return DiscretizedLogistic(
            self.loc.expand(batch_shape), self.log_scale.expand(batch_shape), validate_args=False
        )

    def log_prob(self, value: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Log mass of the level `value`, elementwise, in nats.

        log(σ(b) − σ(a)) = log σ(b) + log σ(−a) + log(1 − e^(a − b)) for a < b is accurate in the tails, where the
        difference of the two sigmoids is zero in floating point.
        """
        if self._validate_args:
            self._validate_sample(value)
        half = 0.5 / (self.levels - 1)
        inverse_scale = torch.exp(-self.log_scale)
        upper = (value - self.loc + half) * inverse_scale
        lower = (value - self.loc - half) * inverse_scale
        below = F.logsigmoid(upper)
        above = F.logsigmoid(-lower)
        width = torch.log(-torch.expm1(-2 * half * inverse_scale))
        mass = below + above + width
        return torch.where(value < half, below, torch.where(value > 1 - half, above, mass))

    @property
    def mean(self) -> Tensor:
        """The expected level: one minus the step times the sum of the cumulative distribution function over levels."""
        step = 1 / (self.levels - 1)
        inverse_scale = torch.exp(-self.log_scale)
        below = torch.zeros_like(self.loc)
        for level in range(self.levels - 1):
            below += torch.sigmoid((level * step + step / 2 - self.loc) * inverse_scale)
        return 1 - step * below

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draws of levels, (*sample_shape, *batch_shape)."""
        with torch.no_grad():
            shape = self._extended_shape(sample_shape)
            u = torch.rand(shape, dtype=self.loc.dtype, device=self.loc.device)
            tiny = torch.finfo(self.loc.dtype).tiny
            x = self.loc + self.log_scale.exp() * (torch.log(u.clamp_min(tiny)) - torch.log1p(-u))
            return torch.round(x.clamp(0, 1) * (self.levels - 1)) / (self.levels - 1)
