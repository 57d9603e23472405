"""Restores a picture at its full size."""

from dataclasses import dataclass, replace
from pathlib import Path

import torch

from autoencode.data.images.full_picture import FullPicture, read_full_picture, read_full_picture_header
from autoencode.data.images.picture import UnreadableError
from autoencode.data.images.picture_writer import encode_picture, output_picture_name
from autoencode.data.images.scan import printable
from autoencode.errors import ShapeError
from autoencode.evaluation import PictureQuality, picture_quality, root_mean_squared_error
from autoencode.runs.restorer import Restorer
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter
from autoencode.storage import atomic_write
from autoencode.tasks.restore.job import Job, Restored, Sheet


@dataclass(frozen=True)
class PictureJob(Job):
    """A picture to restore; arguments as `Job` takes them."""

    @classmethod
    def of(cls, source: Path, name: Path) -> "PictureJob":
        """From the file's header.

        Raises:
            UnreadableError: there is none.
        """
        header = read_full_picture_header(source)
        return cls(source, name, (header.height, header.width), output_picture_name(name, alpha=header.alpha))

    @property
    def pixels(self) -> int:
        """Its size."""
        return self.size[0] * self.size[1]

    def restore(self, restorer: Restorer, sheet: Sheet, reporter: Reporter, cancel: CancelToken | None) -> Restored:
        """As `Job` says; alpha, DPI and colour profile are the file's."""
        before = read_full_picture(self.source, restorer.white)
        if restorer.colourises and len(before.colour) == 1:  # a profile of grey does not fit the result
            before = replace(before, colour=before.colour.repeat(3, axis=0), profile=None)
        colour = restorer(torch.from_numpy(before.colour), reporter=reporter, cancel=cancel).numpy()
        after = replace(before, colour=colour)
        quality, error = _measured(self.clean, before, after) if self.clean else (None, "")
        atomic_write(self.output, encode_picture(after, self.output.suffix))
        sheet.add(before.colour, after.colour, self.label, before.alpha)
        return Restored(self, root_mean_squared_error(before.colour, colour), before.notes, quality, error)


def _measured(
    partner: Path, before: FullPicture, after: FullPicture
) -> tuple[tuple[PictureQuality, PictureQuality] | None, str]:
    """How near both are to the clean picture, or why that cannot be said."""
    try:
        clean = read_full_picture(partner).colour
        return (picture_quality(clean, before.colour), picture_quality(clean, after.colour)), ""
    except (UnreadableError, ShapeError) as error:
        return None, f"its clean picture {printable(partner)}: {error}"
