"""Pictures rotated and mirrored at random: data augmentation."""

from dataclasses import replace

import torch
from torch import Tensor

from autoencode.data.batch import Batch

_MIRRORS = 4


def augment(batch: Batch, p: float = 1.0) -> Batch:
    """Each picture, and its target with it, in one of its eight positions: mirrored, upside down, on its side.

    Which one is drawn from the global generator; pictures that are not square take the four that keep their shape. What
    damages a picture has no direction for a model that sees a neighbourhood only, so that eight times as many examples
    cost nothing.

    Args:
        batch: of pictures, (batch, channels, height, width). Context that is a picture of the same size turns with
            them.
        p: of the pictures that are put into a position by chance; the others stay as they are.
    """
    square = batch.x.shape[2] == batch.x.shape[3]
    position = torch.randint(2 * _MIRRORS if square else _MIRRORS, (len(batch),))
    position = torch.where(torch.rand(len(batch)) < p, position, 0).to(batch.x.device)
    x, context = _in_positions(batch.x, position), batch.context
    return replace(
        batch,
        x=x,
        target=x if batch.target is batch.x else _in_positions(batch.target, position),
        context=_in_positions(context, position) if context is not None and context.ndim == 4 else context,
    )


def _in_positions(x: Tensor, position: Tensor) -> Tensor:
    for bit, axes in ((1, 2), (2, 3)):
        x = torch.where(_column(position & bit > 0), x.flip(axes), x)
    return torch.where(_column(position & _MIRRORS > 0), x.mT, x) if x.shape[2] == x.shape[3] else x


def _column(chosen: Tensor) -> Tensor:
    return chosen[:, None, None, None]
