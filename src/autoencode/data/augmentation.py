"""Data augmentation: pictures moved, mirrored and rotated at random."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
from jaxtyping import Int64, Shaped
from torch import Tensor

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError

_MIRRORS = 4
"""Positions that keep the shape of an oblong picture."""
KINDS = "none, auto, rotate, mirror, flip and shift:N"
AUTO = "auto"


@dataclass(frozen=True)
class Augmentation:
    """How pictures are changed at random, each time they are trained on; their targets change with them.

    Args:
        rotate: to one of their eight positions: mirrored, upside down, on their side; oblong ones to the four that keep
            their shape. What damages a picture has no direction for a model that sees a neighbourhood only.
        mirror: left and right exchanged, in half of the cases.
        flip: upside down, in half of the cases.
        shift: by at most so many pixels in each direction; the edge is repeated.

    Example:
        >>> Augmentation.parse("mirror,shift:2")
        Augmentation(rotate=False, mirror=True, flip=False, shift=2)
        >>> str(Augmentation(flip=True, shift=4)), str(Augmentation())
        ('flip,shift:4', 'none')
    """

    rotate: bool = False
    mirror: bool = False
    flip: bool = False
    shift: int = 0

    @classmethod
    def parse(cls, text: str) -> "Augmentation":
        """From names with commas between them, as on the command line.

        Raises:
            ArgumentError: there is no such name, or `auto`, which is to be chosen from data.
        """
        found = cls()
        for name in filter(None, (part.strip() for part in text.split(","))):
            kind, _, size = name.partition(":")
            if kind == "shift" and size.isascii() and size.isdigit() and 0 < int(size) < 2**16:
                found = replace(found, shift=int(size))
            elif name in ("rotate", "mirror", "flip"):
                found = replace(found, **{name: True})
            elif name != "none" or text.strip() != "none":
                raise ArgumentError(f"--augment takes {KINDS}, with commas between them, not '{name}'")
        return found

    def __str__(self) -> str:
        names = [name for name in ("rotate", "mirror", "flip") if getattr(self, name)]
        return ",".join([*names, *([f"shift:{self.shift}"] if self.shift else [])]) or "none"

    def __bool__(self) -> bool:
        return self != Augmentation()

    def __call__(self, batch: Batch) -> Batch:
        """The batch with its pictures changed, by numbers from the global generator.

        Args:
            batch: of pictures, (batch, channels, height, width). Context that is a picture of the same size changes
                with them.
        """
        if self.rotate:
            batch = _changed(batch, partial(_in_positions, position=_draw_positions(batch.x).to(batch.x.device)))
        for wanted, axis in ((self.mirror, 3), (self.flip, 2)):
            if wanted:
                chosen = torch.rand(len(batch)) < 0.5
                batch = _changed(batch, partial(_flipped, axis=axis, chosen=chosen.to(batch.x.device)))
        if self.shift:
            offsets = torch.randint(-self.shift, self.shift + 1, (len(batch), 2))
            batch = _changed(batch, partial(_shifted, offsets=offsets.to(batch.x.device)))
        return batch


def check_augmentation(text: str) -> None:
    """Raises unless it can be parsed, or is to be chosen from data.

    Raises:
        ArgumentError: it cannot.
    """
    if text.strip() != AUTO:
        Augmentation.parse(text)


def _changed(batch: Batch, change: Callable[[Tensor], Tensor]) -> Batch:
    x, context = change(batch.x), batch.context
    return replace(
        batch,
        x=x,
        target=x if batch.target is batch.x else change(batch.target),
        context=change(context) if context is not None and context.ndim == 4 else context,
    )


def _draw_positions(x: Tensor) -> Int64[Tensor, " batch"]:
    position = torch.randint(2 * _MIRRORS if x.shape[2] == x.shape[3] else _MIRRORS, (len(x),))
    torch.rand(len(x))  # decides nothing; without it trainings of restorers would draw other noise than was published
    return position


def _in_positions(x: Tensor, position: Tensor) -> Tensor:
    for bit, axes in ((1, 2), (2, 3)):
        x = torch.where(_column(position & bit > 0), x.flip(axes), x)
    return torch.where(_column(position & _MIRRORS > 0), x.mT, x) if x.shape[2] == x.shape[3] else x


def _column(chosen: Tensor) -> Tensor:
    return chosen[:, None, None, None]


def _flipped(x: Tensor, axis: int, chosen: Tensor) -> Tensor:
    return torch.where(_column(chosen), x.flip(axis), x)


def _shifted(
    x: Shaped[Tensor, "batch channels height width"], offsets: Int64[Tensor, "batch 2"]
) -> Shaped[Tensor, "batch channels height width"]:
    """Each picture moved by its own offset; what comes in is its nearest row or column."""
    height, width = x.shape[2:]
    rows = (torch.arange(height, device=x.device) + offsets[:, :1]).clamp(0, height - 1)
    columns = (torch.arange(width, device=x.device) + offsets[:, 1:]).clamp(0, width - 1)
    x = x.gather(2, rows[:, None, :, None].expand_as(x))
    return x.gather(3, columns[:, None, None, :].expand_as(x))
