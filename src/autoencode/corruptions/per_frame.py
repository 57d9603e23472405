"""A corruption of every frame that a model is given."""

from dataclasses import dataclass, replace

import torch

from autoencode.corruptions.corruption import Corruption
from autoencode.data.batch import Batch
from autoencode.errors import ShapeError


@dataclass(frozen=True)
class PerFrame:
    """Corrupts the frame and its neighbours in the context, each with its own noise.

        x, (f₁, f₂, …) ─► x′, (f₁′, f₂′, …), target x

    Args:
        corruption: what corrupts a picture.
    """

    corruption: Corruption

    def __call__(self, batch: Batch) -> Batch:
        """The batch with corrupted frames and contexts, and the clean frames as targets.

        Raises:
            ShapeError: the context is no row of frames like the picture.
        """
        x, context = batch.x, batch.context
        if context is None or context.shape[2:] != x.shape[2:] or context.shape[1] % x.shape[1]:
            context_shape = None if context is None else tuple(context.shape[1:])
            raise ShapeError(
                f"frames beside a picture of {tuple(x.shape[1:])} have its size, and the context is {context_shape}"
            )
        frames = torch.cat([x, context], 1).unflatten(1, (-1, x.shape[1]))
        corrupted = self.corruption(Batch(frames.flatten(0, 1))).x.view_as(frames)
        return replace(batch, x=corrupted[:, 0], target=batch.target, context=corrupted[:, 1:].flatten(1, 2))
