"""One file to restore: what a picture and a clip are both asked."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from autoencode.data.images.scan import SHEET, printable
from autoencode.evaluation import ClipQuality, PictureQuality
from autoencode.runs.restorer import Restorer
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter
from autoencode.views.figures import Crop, before_after, crop, save_figure

Picture = UInt8[np.ndarray, "_channels _height _width"]
Opacity = UInt8[np.ndarray, "_height _width"]


@dataclass(frozen=True)
class Job(ABC):
    """One file to restore. Another kind of file is another class.

    Args:
        source: the file.
        name: its name inside the folder that was given; for a file, its last part.
        size: height and width.
        output: where the result goes; at first the name that it should have.
        clean: what it should look like, or None.
    """

    source: Path
    name: Path
    size: tuple[int, int]
    output: Path
    clean: Path | None = None

    @property
    @abstractmethod
    def pixels(self) -> int:
        """How much there is to do."""

    @abstractmethod
    def restore(self, restorer: Restorer, sheet: "Sheet", reporter: Reporter, cancel: CancelToken | None) -> "Restored":
        """Writes the result, whole or not at all.

        Args:
            restorer: the model.
            sheet: takes a picture before and after.
            reporter: receives the progress.
            cancel: checked between tiles and frames.

        Raises:
            UnreadableError: the file cannot be read.
            DataError: it does not suit the model, or cannot be written.
            CapabilityError: the model cannot restore such a file.
            StorageError: the disk is full.
            CancelledError: `cancel` asked for it; nothing is left of the result.
        """

    @property
    def path(self) -> str:
        """The file as messages name it."""
        return printable(self.source)

    @property
    def label(self) -> str:
        """Its name as captions and tables show it."""
        return printable(self.name)


@dataclass(frozen=True)
class Restored:
    """What is kept of a file that was restored and written: never its pixels.

    Args:
        job: the file.
        change: root mean squared error from the file to the result, white being 1.
        notes: what of it is lost.
        quality: how near the file is to the clean one, and how near the result is to it; None where none was measured.
        evaluation_error: why it could not be measured; "" where nothing went wrong.
    """

    job: Job
    change: float
    notes: tuple[str, ...]
    quality: tuple[PictureQuality, PictureQuality] | tuple[ClipQuality, ClipQuality] | None = None
    evaluation_error: str = ""


class Sheet:
    """Keeps crops of the first pictures, before and after.

    Args:
        most: how many pictures.
    """

    def __init__(self, most: int) -> None:
        self.crops: list[Crop] = []
        self._most = most

    def add(self, before: Picture, after: Picture, label: str, alpha: Opacity | None = None) -> None:
        """Takes one more, if there is a place for it.

        Args:
            before: the picture.
            after: the same, restored.
            label: for the caption.
            alpha: its opacity.
        """
        if len(self.crops) < self._most:
            self.crops.append(crop(before, after, label, alpha=alpha))

    def save(self, folder: Path) -> Path | None:
        """Writes them side by side.

        Args:
            folder: where to.

        Returns:
            The sheet, or None where there is nothing to show.
        """
        if not self.crops:
            return None
        save_figure(folder / SHEET, before_after(self.crops))
        return folder / SHEET
