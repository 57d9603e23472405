"""The likelihood of the frames that come next, given the past."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor
from torch.distributions import Independent, Normal

from autoencode.errors import DataError
from autoencode.likelihoods.likelihood import Likelihood, LogProbKind, check_finite
from autoencode.likelihoods.scale import OptimalScale


class FutureLikelihood(Likelihood):
    """For frames: normal distributions with one scale, kept at its optimum; features are means.

    An example is the past, and the value that the distribution is about is the future, so that their numbers of frames
    may differ.

    Args:
        data_shape: (past · channels, height, width).
        future_channels: future · channels.

    Example:
        >>> import torch
        >>> FutureLikelihood((3, 8, 8), 5)(torch.zeros(4, 5, 8, 8)).mean.shape
        torch.Size([4, 5, 8, 8])
    """

    def __init__(self, data_shape: Sequence[int], future_channels: int) -> None:
        super().__init__(data_shape)
        self.features_shape = (future_channels, *self.data_shape[1:])
        self.scale = OptimalScale()

    def forward(self, features: Float[Tensor, "*leading_and_features"]) -> Independent:
        """The density of the future, event shape (future · channels, height, width)."""
        normal = Normal(features, self.scale().expand(features.shape), validate_args=False)
        return Independent(normal, 3, validate_args=False)

    def adapt(self, features: Float[Tensor, "..."], target: Float[Tensor, "..."]) -> None:
        """Updates the scale with the residuals."""
        self.scale.adapt(target - features, 2)

    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` unless these are as many finite frames as the model predicts."""
        if x.shape[1:] != self.features_shape:
            raise DataError(
                f"a model that predicts frames learns from future frames of shape {self.features_shape}, not "
                f"{tuple(x.shape[1:])}: give a folder of frames, or clips"
            )
        check_finite(x)

    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """A density."""
        return LogProbKind.DENSITY
