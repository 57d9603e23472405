"""Some examples as clean as they should become, so that a model learns to leave those alone."""

from dataclasses import dataclass, replace

import torch

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError


@dataclass(frozen=True)
class RandomClean:
    """Shows some examples clean: their targets in their place. It goes last, behind what corrupts them.

    Args:
        p: of the examples, by chance, 0 to 1.

    Raises:
        ArgumentError: a share outside 0 to 1.
    """

    p: float

    def __post_init__(self) -> None:
        if not 0 <= self.p <= 1:
            raise ArgumentError(f"a share from 0 to 1 of the examples is shown clean, not {self.p}")

    def __call__(self, batch: Batch) -> Batch:
        """The batch, with some of its examples as their targets are."""
        chosen = torch.rand(len(batch), *[1] * (batch.x.ndim - 1), device=batch.x.device) < self.p
        return replace(batch, x=torch.where(chosen, batch.target, batch.x), target=batch.target)
