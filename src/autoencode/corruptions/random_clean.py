"""Some examples left clean, so that a model learns not to change clean inputs."""

from dataclasses import dataclass, replace

import torch

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError


@dataclass(frozen=True)
class RandomClean:
    """Replaces the inputs of some examples by their targets. It is applied last, after the corruptions.

    Args:
        p: the probability of each example to be left clean, 0 to 1.

    Raises:
        ArgumentError: a share outside 0 to 1.
    """

    p: float

    def __post_init__(self) -> None:
        if not 0 <= self.p <= 1:
            raise ArgumentError(f"the probability that an example is left clean is from 0 to 1, not {self.p}")

    def __call__(self, batch: Batch) -> Batch:
        """The batch, with some of its examples as their targets are."""
        chosen = torch.rand(len(batch), *[1] * (batch.x.ndim - 1), device=batch.x.device) < self.p
        return replace(batch, x=torch.where(chosen, batch.target, batch.x), target=batch.target)
