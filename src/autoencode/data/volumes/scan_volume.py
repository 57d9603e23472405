"""A volume as numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import numpy as np

from autoencode.data.values import Array


@dataclass(frozen=True, eq=False)
class StoredSlices:
    """Slices that stay in their files until they are asked for, those of volumes larger than memory.

    Args:
        shape: (slices, height, width), or with colours.
        dtype: of their numbers.
        read: the slices of a range.
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    read: Callable[[slice], Array]

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return prod(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice) -> Array:
        return self.read(slice(*rows.indices(len(self))))


@dataclass(frozen=True, eq=False)
class Volume:
    """Slices in order.

    Args:
        pixels: (slices, height, width), or (slices, height, width, 3) of colours, in the unit; in memory or in files.
        spacing: between slices, rows and columns, in millimetres; 1 where the file does not say.
        unit: "HU", Hounsfield units, or "" for those of the file.
    """

    pixels: Array | StoredSlices
    spacing: tuple[float, float, float] = (1.0, 1.0, 1.0)
    unit: str = ""
