"""What every likelihood offers, and the table of their names."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from enum import StrEnum

from jaxtyping import Float
from torch import Tensor, nn
from torch.distributions import Distribution

from autoencode.errors import DataError
from autoencode.registry import Registry


class LogProbKind(StrEnum):
    """What `log_prob` is the logarithm of, which decides what may be said of its sum."""

    MASS = "probability mass"
    DENSITY = "density"
    NEITHER = "cross-entropy, neither a mass nor a density on this data"


class Likelihood(nn.Module):
    """Turns features into p(x|z).

    Args:
        data_shape: of one example: (channels, height, width) or (dimensions,).
        per_value: how many features describe one data value.
    """

    def __init__(self, data_shape: Sequence[int], per_value: int = 1) -> None:
        super().__init__()
        self.data_shape = tuple(data_shape)
        self.features_shape = (self.data_shape[0] * per_value, *self.data_shape[1:])

    @abstractmethod
    def forward(self, features: Float[Tensor, "*leading_and_features"]) -> Distribution:
        """p(x|z) with event shape `data_shape`; `features` may have any leading axes, which become the batch shape."""
        raise NotImplementedError

    @abstractmethod
    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` for data outside the likelihood's support, saying what to do."""
        raise NotImplementedError

    @abstractmethod
    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """What `log_prob` is for this data: a mass, a density, or neither."""
        raise NotImplementedError

    def adapt(self, features: Float[Tensor, "..."], target: Float[Tensor, "..."]) -> None:
        """Called once a training step before `forward`: sets what has a closed-form optimum instead of a gradient."""


likelihoods: Registry[Callable[[Sequence[int]], Likelihood]] = Registry("likelihood", "autoencode list likelihoods")


def check_finite(x: Tensor) -> None:
    """Raises `DataError` for NaN and infinity."""
    if not x.isfinite().all():
        raise DataError("the data holds NaN or infinity: remove or replace those values first")


def check_unit_interval(x: Tensor, likelihood_name: str) -> None:
    """Raises `DataError` unless every value is in [0, 1]."""
    check_finite(x)
    low, high = x.min().item(), x.max().item()
    if low < 0 or high > 1:
        raise DataError(
            f"the {likelihood_name} likelihood holds values from 0 to 1, and this data runs from {low:.4g} to {high:.4g}: "
            "say how to read it (--values 0-255), rescale it, or use --likelihood normal"
        )
