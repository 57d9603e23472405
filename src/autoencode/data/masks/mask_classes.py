"""The classes of a set of masks, and how masks of them are stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor

from autoencode.data.masks.outlines import outline_classes

Values = np.ndarray
_CHUNK = 64
_HALF = 0.5


class MaskKind(StrEnum):
    """What the values of a mask file are."""

    LABELS = "labels"
    PALETTE = "palette"
    COLOURS = "colours"
    OBJECTS = "objects"


@dataclass(frozen=True)
class MaskClasses:
    """The classes of the pixels of a set of masks.

    Args:
        names: of the classes 0, 1, …; the first one is the background.
        kind: what the values in files are: numbers, places in a palette, colours, or a number for each object.
        values: the value of each class in files: a number, a place in the palette, or a colour as 0xRRGGBB. Empty for
            objects, whose classes are background, object and outline.
        colours: of the palette's classes, as 0xRRGGBB; empty where files have no palette.

    Example:
        >>> lungs = MaskClasses(("background", "foreground"), MaskKind.LABELS, (0, 255))
        >>> lungs.indices(np.array([[0, 255, 250]])).tolist()
        [[0, 1, 1]]
    """

    names: tuple[str, ...]
    kind: MaskKind
    values: tuple[int, ...] = ()
    colours: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.names)

    @property
    def of_objects(self) -> bool:
        """Whether masks number their objects, so that objects that touch are counted one by one."""
        return self.kind is MaskKind.OBJECTS

    def indices(self, values: Values) -> UInt8[np.ndarray, "height width"]:
        """The class of each pixel of a mask; a value between classes gets the nearest one.

        Args:
            values: of a mask, (height, width), as `read_mask_values` gives them.
        """
        if self.of_objects:
            return outline_classes(values)
        found, places = np.unique(values, return_inverse=True)
        nearest = np.argmin(self._distances(found), axis=1).astype(np.uint8)
        return nearest[places].reshape(values.shape)

    def _distances(self, found: Values) -> Values:
        """How far each value is from that of each class, (values, classes)."""
        known = np.asarray(self.values)
        if self.kind is not MaskKind.COLOURS:
            return np.abs(found[:, None].astype(np.int64) - known)
        return np.square(_split_colour(found)[:, None] - _split_colour(known)).sum(-1)

    def distances(self, found: Values) -> Values:
        """How far each value is from that of its class, in levels of 255.

        Args:
            found: values of masks, (n,).
        """
        nearest = self._distances(found).min(1)
        return np.sqrt(nearest) if self.kind is MaskKind.COLOURS else nearest

    def shown(self, value: int) -> str:
        """A value as a person reads it: a number, or a colour such as #ff0000, which no place has where it is below 0.

        Args:
            value: of a mask, as `read_true_mask` gives it.
        """
        if value < 0 and self.colours:
            return f"#{-1 - value:06x}"
        return f"#{value:06x}" if self.kind is MaskKind.COLOURS else str(value)

    def decide(self, probabilities: Float[Tensor, "*leading classes height width"]) -> Int64[Tensor, "..."]:
        """The class of each pixel: the most probable one.

        An outline belongs to its object, so a pixel is background only where that is more probable than both together.

        Args:
            probabilities: of each class.

        Example:
            >>> p = torch.tensor([0.4, 0.35, 0.25]).reshape(3, 1, 1)
            >>> MaskClasses(("background", "object", "outline"), MaskKind.OBJECTS).decide(p).item()
            1
            >>> MaskClasses(("background", "a", "b"), MaskKind.LABELS, (0, 1, 2)).decide(p).item()
            0
        """
        if not self.of_objects:
            return probabilities.argmax(-3)
        inside = 1 + probabilities[..., 1:, :, :].argmax(-3)
        return torch.where(probabilities[..., 0, :, :] < _HALF, inside, torch.zeros_like(inside))

    def planes(self, indices: UInt8[np.ndarray, "n _one height width"]) -> UInt8[Tensor, "n classes height width"]:
        """One plane for each class: 255 where a pixel is of the class, 0 elsewhere.

        Args:
            indices: the class of each pixel; numbers that are no class belong to none.
        """
        n, _, height, width = indices.shape
        planes = torch.empty((n, len(self), height, width), dtype=torch.uint8)
        numbers = torch.arange(len(self), dtype=torch.uint8)[:, None, None]
        for rows in _chunks(n):
            planes[rows] = (torch.from_numpy(indices[rows]) == numbers).to(torch.uint8).mul_(255)
        return planes


def _chunks(n: int) -> Iterator[slice]:
    return (slice(start, start + _CHUNK) for start in range(0, n, _CHUNK))


def _split_colour(values: Values) -> Values:
    """Red, green and blue of 0xRRGGBB, (n, 3)."""
    return np.stack([(values >> shift & 255).astype(np.int64) for shift in (16, 8, 0)], axis=-1)


def class_indices(planes: Tensor) -> Int64[Tensor, "n height width"]:
    """The class of each pixel; −1 where it is of none, which means that it is not known.

    Args:
        planes: (n, classes, height, width), above 0 at the class of a pixel.
    """
    found = planes.argmax(1)
    return torch.where(planes.amax(1) > 0, found, -1)
