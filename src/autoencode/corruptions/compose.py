"""Corruptions made of other corruptions: several in order, or one of several at random."""

from dataclasses import dataclass, replace

import torch

from autoencode.corruptions.corruption import Corruption
from autoencode.data.batch import Batch


@dataclass(frozen=True)
class Compose:
    """Corruptions in order: each is applied to the result of the one before. Without any, examples stay as they are.

    Args:
        parts: the first one is applied first.
    """

    parts: tuple[Corruption, ...] = ()

    def __call__(self, batch: Batch) -> Batch:
        """The batch with corrupted examples as inputs and clean ones as targets."""
        for part in self.parts:
            batch = part(batch)
        return batch


@dataclass(frozen=True)
class OneOf:
    """Each example is corrupted by one corruption, which is drawn for it; all have equal chances.

    Args:
        parts: at least one; `Compose()` among them leaves an example as it is.
    """

    parts: tuple[Corruption, ...]

    def __call__(self, batch: Batch) -> Batch:
        """The batch with corrupted examples as inputs and clean ones as targets."""
        drawn = torch.randint(len(self.parts), (len(batch),), device=batch.x.device)
        x = batch.x.clone()
        for number, part in enumerate(self.parts):
            indices = (drawn == number).nonzero()[:, 0]
            if len(indices):
                x[indices] = part(Batch(batch.x[indices])).x
        return replace(batch, x=x, target=batch.target)
