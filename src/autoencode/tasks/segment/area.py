"""What was found of a class, and the table of all that was found."""

import csv
import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

import numpy as np

from autoencode.runs.replacing import AREAS_HEADING


@dataclass(frozen=True)
class Area:
    """What was found of one class in one picture or volume.

    Args:
        picture: its name.
        name: of the class.
        pixels: of the class, or voxels.
        share: of the picture.
        count: objects, or connected areas that are not too small.
        spread: of pixels and count over the drawn masks; None where none were drawn.
        millilitres: of a volume; None for pictures.
    """

    picture: str
    name: str
    pixels: int
    share: float
    count: int
    spread: "Spread | None" = None
    millilitres: float | None = None


@dataclass(frozen=True)
class Spread:
    """What the drawn masks say of an area.

    Args:
        mean_pixels: the mean of its pixels.
        std_pixels: their standard deviation.
        mean_count: the mean of the counts.
        std_count: their standard deviation.
    """

    mean_pixels: float
    std_pixels: float
    mean_count: float
    std_count: float

    @classmethod
    def of(cls, pixels: Sequence[int], counts: Sequence[int]) -> "Spread":
        """Of the pixels and counts of each drawn mask; the deviations are those of the draws, not of the mean."""
        return cls(float(np.mean(pixels)), float(np.std(pixels)), float(np.mean(counts)), float(np.std(counts)))


def area_table(areas: Sequence[Area]) -> str:
    """The lines of `areas.csv`: a heading, and one for each area."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    spread = [field.name for field in fields(Spread)] if any(area.spread for area in areas) else []
    volume = ["millilitres"] if any(area.millilitres is not None for area in areas) else []
    writer.writerow([*AREAS_HEADING.split(","), "count", *volume, *spread])
    for area in areas:
        more = ["" if area.millilitres is None else f"{area.millilitres:.6g}"] if volume else []
        more += [f"{number:.6g}" for number in astuple(area.spread)] if area.spread else [""] * len(spread)
        writer.writerow([area.picture, area.name, area.pixels, f"{area.share:.6f}", area.count, *more])
    return file.getvalue()
