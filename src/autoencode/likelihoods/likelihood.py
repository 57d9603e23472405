"""The base class of likelihoods, and the table of their names."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from enum import StrEnum

from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn
from torch.distributions import Distribution

from autoencode.errors import DataError
from autoencode.registry import Registry


class LogProbKind(StrEnum):
    """What `log_prob` is the logarithm of, which decides what can be reported of it."""

    MASS = "probability mass"
    DENSITY = "density"
    NEITHER = "cross-entropy, neither a mass nor a density on this data"


class Likelihood(nn.Module):
    """Maps the decoder's features to p(x|z).

    Args:
        data_shape: shape of one example: (channels, height, width) or (dimensions,).
        per_value: number of features for each data value.
    """

    def __init__(self, data_shape: Sequence[int], per_value: int = 1) -> None:
        super().__init__()
        self.data_shape = tuple(data_shape)
        self.features_shape = (self.data_shape[0] * per_value, *self.data_shape[1:])

    @abstractmethod
    def forward(self, features: Float[Tensor, "*leading_and_features"]) -> Distribution:
        """p(x|z) with event shape `data_shape`; any leading axes of `features` become the batch shape."""
        raise NotImplementedError

    @abstractmethod
    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Checks that the data are in the likelihood's support.

        Raises:
            DataError: they are not; the message says what to do.
        """
        raise NotImplementedError

    @abstractmethod
    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """Whether `log_prob` of these data is that of a mass, of a density, or neither."""
        raise NotImplementedError

    @property
    def is_sequential(self) -> bool:
        """Whether a mean is drawn a value at a time, so that a file for another program cannot hold the decoder."""
        return False

    @property
    def n_levels(self) -> int | None:
        """How many levels a value has, from 0 to 1 at equal distances; None where it may be any number."""
        return None

    @property
    def n_tokens(self) -> int | None:
        """How many different tokens there are, for sequences of tokens; None where values are numbers."""
        return None

    @property
    def hidden_layers(self) -> Sequence[nn.Module]:
        """Layers of its own whose outputs are no parameters of distributions."""
        return ()

    @property
    def varies_in_work(self) -> bool:
        """Whether how much is computed depends on the examples, so that a step is not compiled."""
        return False

    def steps(self, x: Float[Tensor, "batch ..."]) -> Int64[Tensor, " batch"] | None:
        """How many steps each example has, for sequences of numbers; None for other data."""
        return None

    def counted(self, x: Float[Tensor, "batch ..."]) -> Bool[Tensor, "batch ..."] | None:
        """Which values were observed, of the shape of x; None where all were."""
        return None

    def adapt(self, features: Float[Tensor, "..."], target: Float[Tensor, "..."]) -> None:
        """Called once per training step before `forward`: sets parameters whose optimum is known in closed form."""


likelihoods: Registry[Callable[[Sequence[int]], Likelihood]] = Registry("likelihood", "autoencode list likelihoods")


def check_finite(x: Tensor) -> None:
    """Checks that all values are finite.

    Raises:
        DataError: the data contain NaN or infinity.
    """
    if not x.isfinite().all():
        raise DataError("the data contain NaN or infinity: remove or replace these values first")


def check_unit_interval(x: Tensor, likelihood_name: str) -> None:
    """Checks that all values are in [0, 1].

    Raises:
        DataError: some are not.
    """
    check_finite(x)
    low, high = x.min().item(), x.max().item()
    if low < 0 or high > 1:
        raise DataError(
            f"the {likelihood_name} likelihood takes values from 0 to 1, and these data have values from {low:.4g} to "
            f"{high:.4g}: use --likelihood normal, or say with --values which numbers are black and white"
        )
