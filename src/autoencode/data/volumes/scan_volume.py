"""A volume as numbers."""

from dataclasses import dataclass

from autoencode.data.values import Array


@dataclass(frozen=True, eq=False)
class Volume:
    """Slices in order.

    Args:
        pixels: (slices, height, width), or (slices, height, width, 3) of colours, in the unit.
        spacing: between slices, rows and columns, in millimetres; 1 where the file does not say.
        unit: "HU", Hounsfield units, or "" for those of the file.
    """

    pixels: Array
    spacing: tuple[float, float, float] = (1.0, 1.0, 1.0)
    unit: str = ""
