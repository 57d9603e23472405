"""The spread of a likelihood with a location: fixed, learned by gradient, or optimal in closed form."""

from abc import abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from autoencode.errors import ArgumentError


class Scale(nn.Module):
    """The standard deviation (or the like) of a likelihood, in the units of the data."""

    @abstractmethod
    def forward(self, power: int = 2) -> Tensor:
        """The scale, broadcastable against the data; `power` is 2 for a normal and 1 for a Laplace."""
        raise NotImplementedError

    def adapt(self, residual: Tensor, power: int) -> None:
        """Told of the residuals of a training step."""


class FixedScale(Scale):
    """A scale that stays. A normal with scale s makes the loss MSE / (2 s²), up to a constant.

    Args:
        value: above 0, in the units of the data.
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
        data_shape: of one example.
        initial: the scale of a fresh model, in the units of the data.
    """

    def __init__(self, data_shape: Sequence[int], initial: float = 0.5) -> None:
        super().__init__()
        shape = (data_shape[0], *[1] * (len(data_shape) - 1))
        self.log_scale = nn.Parameter(torch.full(shape, initial).log())

    def forward(self, power: int = 2) -> Tensor:
        """The scales, (channels, 1, 1) or (dimensions,)."""
        return self.log_scale.exp()


class OptimalScale(Scale):
    """The scale that maximises the likelihood given the locations, (mean |x − loc|^p)^(1/p), one for all values.

    Where the paper uses each batch's own value, this keeps a running mean over training steps, so that p(x|z) does not
    depend on the x that it is asked about, and training and evaluation use one density.

    Args:
        momentum: weight of the past in the running mean; less of it in the first steps.
        min_scale: a floor, in the units of the data, for data that is reconstructed perfectly.

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
        # A shorter memory at first, so that a fresh model's residuals are forgotten within a few steps.
        past = torch.clamp((1 + self.steps) / (10 + self.steps), max=self.momentum)
        self.moment.copy_(torch.where(self.steps == 0, now, past * self.moment + (1 - past) * now))
        self.steps.add_(1)
