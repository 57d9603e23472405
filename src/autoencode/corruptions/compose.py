"""Several corruptions, one after the other."""

from dataclasses import dataclass

from autoencode.corruptions.corruption import Corruption
from autoencode.data.batch import Batch


@dataclass(frozen=True)
class Compose:
    """Corruptions in order: each corrupts what the one before it left. Of none, examples stay as they are.

    Args:
        parts: the first one is applied first.
    """

    parts: tuple[Corruption, ...] = ()

    def __call__(self, batch: Batch) -> Batch:
        """The batch with corrupted examples, and the clean ones to be asked for."""
        for part in self.parts:
            batch = part(batch)
        return batch
