"""The scale of normal and Laplace likelihoods: fixed, learned by gradient, or optimal in closed form."""

from abc import abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from autoencode.errors import ArgumentError


class Scale(nn.Module):
    """The scale of a likelihood, in the units of the data: the standard deviation of a normal, b of a Laplace."""

    @abstractmethod
    def forward(self, power: int = 2) -> Tensor:
        """The scale, broadcastable to the data; `power` is 2 for a normal and 1 for a Laplace."""
        raise NotImplementedError

    def adapt(self, residual: Tensor, power: int) -> None:
        """Called with the residuals of a training step; does nothing by default."""


class FixedScale(Scale):
    """A constant scale s; the negative log-likelihood of a normal is then squared error / (2 s²) plus a constant.

    Args:
        value: above 0, in the units of the data.

    Raises:
        ArgumentError: the value is not above 0.
    """

    value: Tensor

    def __init__(self, value: float = 1.0) -> None:
        super().__init__()
        if not value > 0:
            raise ArgumentError(f"the scale must be above 0, not {value}")
        self.register_buffer("value", torch.tensor(float(value)))

    def forward(self, power: int = 2) -> Tensor:
        """The scale, a scalar."""
        return self.value

    def extra_repr(self) -> str:
        """The value."""
        return f"{self.value.item():g}"


class LearnedScale(Scale):
    """A scale learned by gradient: one for each channel of an image, or for each dimension of a vector.

    Args:
        data_shape: shape of one example.
        initial: the initial scale, in the units of the data.
        min_scale: the minimum, in the same units: without one the density of a column that is constant, or always
            predicted exactly, would grow for ever.
    """

    def __init__(self, data_shape: Sequence[int], initial: float = 0.5, min_scale: float = 1e-3) -> None:
        super().__init__()
        self.min_scale = min_scale
        shape = (data_shape[0], *[1] * (len(data_shape) - 1))
        self.log_scale = nn.Parameter(torch.full(shape, initial).log())

    def forward(self, power: int = 2) -> Tensor:
        """The scales, (channels, 1, 1) or (dimensions,)."""
        return self.log_scale.exp().clamp_min(self.min_scale)


class OptimalScale(Scale):
    """The scale that maximises the likelihood given the locations, (mean |x − loc|^p)^(1/p), one for all values.

    The paper uses the value of each batch; this is a running mean over training steps, so that p(x|z) does not depend
    on x, and training and evaluation use the same density.

    Args:
        momentum: weight of the past in the running mean; lower in the first steps.
        min_scale: the minimum, in the units of the data, for data that are reconstructed perfectly.

    References:
        Rybkin, Daniilidis and Levine, "Simple and effective VAE training with calibrated decoders", ICML 2021,
        equation 6.
    """

    moment: Tensor
    steps: Tensor

    def __init__(self, momentum: float = 0.99, min_scale: float = 1e-3) -> None:
        super().__init__()
        self.momentum, self.min_scale = momentum, min_scale
        self.register_buffer("moment", torch.tensor(0.25))
        self.register_buffer("steps", torch.tensor(0.0))

    def forward(self, power: int = 2) -> Tensor:
        """The scale, a scalar."""
        return self.moment.pow(1 / power).clamp_min(self.min_scale)

    @torch.no_grad()
    def adapt(self, residual: Tensor, power: int) -> None:
        """Moves the running mean towards this step's mean of |residual|^power."""
        now = residual.detach().abs().pow(power).mean()
        # A lower momentum at first, so that the residuals of a fresh model are forgotten within a few steps.
        past = torch.clamp((1 + self.steps) / (10 + self.steps), max=self.momentum)
        self.moment.copy_(torch.where(self.steps == 0, now, past * self.moment + (1 - past) * now))
        self.steps.add_(1)


class BoundedOptimalScale(OptimalScale):
    """An `OptimalScale` with a minimum that is set from data, and kept with the weights.

    The residuals of training examples shrink as a network learns them by heart; the scale, which follows them, then
    weighs every error on other examples more and more. A minimum near the error that is expected on other examples
    prevents that.

    Args:
        momentum: see `OptimalScale`.
    """

    lowest: Tensor

    def __init__(self, momentum: float = 0.99) -> None:
        super().__init__(momentum)
        self.register_buffer("lowest", torch.tensor(self.min_scale))

    def forward(self, power: int = 2) -> Tensor:
        """The scale, a scalar."""
        return torch.maximum(super().forward(power), self.lowest)
