"""One file to segment, and where what is found in it goes."""

from dataclasses import dataclass
from pathlib import Path

from autoencode.data.images.scan import printable


@dataclass(frozen=True)
class FileToSegment:
    """A picture or a volume.

    Args:
        source: the file.
        name: its name inside the folder that was given.
        size: how many pixels or voxels it has.
        mask: where its mask goes.
        overlay: where the picture with the mask over it goes; of a volume some slices.
        doubt: where the map of doubt goes.
        draws: where each drawn mask goes; volumes have none.
        truth: its true mask, or None.
        is_volume: whether it is a volume.
    """

    source: Path
    name: Path
    size: int
    mask: Path
    overlay: Path
    doubt: Path
    draws: tuple[Path, ...] = ()
    truth: Path | None = None
    is_volume: bool = False

    @property
    def label(self) -> str:
        """Its name as tables and captions show it."""
        return printable(self.name)

    @property
    def outputs(self) -> tuple[Path, ...]:
        """All that is written for it."""
        return self.mask, self.overlay, self.doubt, *self.draws
