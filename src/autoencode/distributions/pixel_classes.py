"""One class for each pixel, independently."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution
from torch.nn import functional as F


class PixelClasses(Distribution):
    """A categorical distribution at each pixel; a value is a plane for each class, 1 where a pixel is of the class.

        log p(mask) = sum over the pixels of the log probability of their class

    A pixel that is 0 in every plane is of no known class and adds nothing, so masks may be known in part. Planes may
    share a pixel, as bilinear resampling of masks makes them: its cross-entropy is then weighted.

    Args:
        logits: unnormalised log probabilities, (*batch_shape, classes, height, width).

    Example:
        >>> p = PixelClasses(torch.zeros(5, 2, 4, 4))
        >>> mask = torch.zeros(5, 2, 4, 4)
        >>> mask[:, 0] = 1
        >>> (p.log_prob(mask) / 16).exp()
        tensor([0.5000, 0.5000, 0.5000, 0.5000, 0.5000])
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore  # torch declares it as a property

    def __init__(self, logits: Float[Tensor, "*batch classes height width"]) -> None:
        self.log_probs = F.log_softmax(logits, -3)
        super().__init__(logits.shape[:-3], logits.shape[-3:], validate_args=False)

    @property
    def mean(self) -> Tensor:
        """The probability of each class at each pixel."""
        return self.log_probs.exp()

    @property
    def variance(self) -> Tensor:
        """p (1 − p)."""
        return self.mean * (1 - self.mean)

    @property
    def mode(self) -> Tensor:
        """The most probable class at each pixel, as planes."""
        return self._planes(self.log_probs.argmax(-3))

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Masks, drawn pixel by pixel."""
        probabilities = self.mean.movedim(-3, -1).expand(*sample_shape, *self._moved_shape)
        drawn = torch.multinomial(probabilities.reshape(-1, probabilities.shape[-1]), 1)
        return self._planes(drawn.reshape(probabilities.shape[:-1]))

    def log_prob(self, value: Float[Tensor, "*leading classes height width"]) -> Float[Tensor, "..."]:
        """log p(mask) in nats, summed over the pixels whose class is known."""
        return (value * self.log_probs).flatten(-3).sum(-1)

    def entropy(self) -> Float[Tensor, "..."]:
        """In nats, summed over the pixels."""
        return -(self.mean * self.log_probs).flatten(-3).sum(-1)

    @property
    def _moved_shape(self) -> torch.Size:
        return self.log_probs.movedim(-3, -1).shape

    def _planes(self, classes: Tensor) -> Tensor:
        planes = F.one_hot(classes, self.log_probs.shape[-3]).movedim(-1, -3)
        return planes.to(self.log_probs.dtype)
