"""The likelihood of a mask given a picture's features: one class for each pixel."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor

from autoencode.distributions import PixelClasses
from autoencode.errors import DataError
from autoencode.likelihoods.likelihood import Likelihood, LogProbKind


class MaskLikelihood(Likelihood):
    """For masks: a categorical distribution over the classes at each pixel; features are logits.

    An example is a picture, and the value that the distribution is about is its mask, a plane for each class.

    Args:
        data_shape: (channels, height, width) of the picture.
        n_classes: of its pixels, at least 2.

    Example:
        >>> import torch
        >>> likelihood = MaskLikelihood((1, 8, 8), 3)
        >>> likelihood(torch.zeros(5, 3, 8, 8)).mean.shape
        torch.Size([5, 3, 8, 8])
    """

    def __init__(self, data_shape: Sequence[int], n_classes: int) -> None:
        super().__init__(data_shape)
        self.features_shape = (n_classes, *self.data_shape[1:])

    def forward(self, features: Float[Tensor, "*leading_and_features"]) -> PixelClasses:
        """The probabilities of masks, event shape (classes, height, width)."""
        return PixelClasses(features)

    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` unless each pixel is of one class, or of none, which means that it is not known."""
        if x.shape[1:] != self.features_shape:
            raise DataError(
                f"a segmenter of {self.features_shape[0]} classes learns from masks of shape {self.features_shape}, "
                f"not {tuple(x.shape[1:])}: give masks with --target"
            )
        known = x.sum(1)
        if bool(((x != 0) & (x != 1)).any()) or bool((known > 1).any()):
            raise DataError("masks have one class for each pixel, and these have other values: read them again")

    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """A mass."""
        return LogProbKind.MASS
