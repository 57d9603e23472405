"""Restores a clip frame by frame, each in sight of its neighbours where the model wants that."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path

import numpy as np
import torch

from autoencode.data.images.picture import UnreadableError
from autoencode.data.video.clip import ClipHeader, Frame, read_clip_header, read_frames
from autoencode.data.video.clip_writer import open_clip_writer, output_clip_name
from autoencode.data.video.frame_window import sliding_windows
from autoencode.errors import ShapeError
from autoencode.evaluation import ClipMetric, ClipQuality
from autoencode.runs.restorer import Restorer
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, track
from autoencode.storage import atomic_open
from autoencode.tasks.restore.job import Job, Picture, Restored, Sheet


@dataclass(frozen=True)
class ClipJob(Job):
    """A clip to restore.

    Args:
        header: what it says about itself.
        lossless: see `open_clip_writer`.
    """

    header: ClipHeader = field(kw_only=True)
    lossless: bool = field(kw_only=True)

    @classmethod
    def of(cls, source: Path, name: Path, *, lossless: bool = False) -> "ClipJob":
        """From the file's header.

        Raises:
            UnreadableError: there is none.
        """
        header, output = read_clip_header(source), output_clip_name(name, lossless=lossless)
        return cls(source, name, (header.height, header.width), output, header=header, lossless=lossless)

    @property
    def pixels(self) -> int:
        """Those of all frames."""
        return self.size[0] * self.size[1] * self.header.frames

    def restore(self, restorer: Restorer, sheet: Sheet, reporter: Reporter, cancel: CancelToken | None) -> Restored:
        """As `Job` says, of the same size and times, with its sound.

        Frames are read, restored and written one at a time, so that memory does not grow with the clip.
        """
        change, measured = ClipMetric(), _ClipEvaluator(self.clean)
        shown, middle = list[Picture](), self.header.frames // 2
        with (
            atomic_open(self.output) as file,
            open_clip_writer(file, self.output.suffix, self.header, self.source, lossless=self.lossless) as writer,
            track(reporter, "restoring a clip", self.header.frames, "frames", cancel=cancel) as progress,
        ):
            for number, (before, frame) in enumerate(_restored(restorer, self.source, cancel)):
                writer.add(frame.pixels, frame.time)
                change.add(before, frame.pixels)
                measured.add(before, frame.pixels)
                if number <= middle:
                    shown = [before, frame.pixels]
                progress.advance()
        sheet.add(shown[0], shown[1], self.label)
        return Restored(self, change.result().rmse, (*self.header.notes, *writer.notes), *measured.result())


def _restored(restorer: Restorer, source: Path, cancel: CancelToken | None) -> Iterator[tuple[Picture, Frame]]:
    """Each frame as it was, and restored."""
    reach = restorer.frames // 2
    for near in sliding_windows(read_frames(source), reach):
        pictures = torch.from_numpy(np.stack([frame.pixels for frame in near]))
        if restorer.grey and bool((pictures == pictures[:, :1]).all()):  # one channel in place of three alike
            pictures = pictures[:, :1]
        others = torch.cat([pictures[:reach], pictures[reach + 1 :]]) if reach else None
        restored = restorer(pictures[reach], neighbours=others, cancel=cancel).numpy()
        before, time = near[reach]
        yield before, Frame(np.broadcast_to(restored, before.shape), time)


class _ClipEvaluator:
    """The clip and the result against the clean clip, as far as both go."""

    def __init__(self, clean: Path | None) -> None:
        self._clean = repeat(None) if clean is None else read_frames(clean)
        self._meters = ClipMetric(), ClipMetric()
        self._wrong, self._frames = "", 0

    def add(self, before: Picture, after: Picture) -> None:
        try:
            clean = None if self._wrong else next(self._clean, None)
            if clean is not None:
                self._frames += 1
                for meter, picture in zip(self._meters, (before, after), strict=True):
                    meter.add(clean.pixels, picture)
        except (UnreadableError, ShapeError) as error:
            self._wrong = f"its clean clip: {error}"

    def result(self) -> tuple[tuple[ClipQuality, ClipQuality] | None, str]:
        if self._wrong or not self._frames:
            return None, self._wrong
        return (self._meters[0].result(), self._meters[1].result()), ""
