"""Restores a clip frame by frame, each in sight of its neighbours where the model wants that."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import numpy as np
import torch
from jaxtyping import UInt8

from autoencode.data.images.picture import UnreadableError
from autoencode.data.video.clip import ClipHeader, Frame, read_frames
from autoencode.data.video.clip_writer import open_clip_writer
from autoencode.data.video.frame_window import sliding_windows
from autoencode.errors import ShapeError
from autoencode.evaluation import ClipMetric, ClipQuality
from autoencode.runs.restorer import Restorer
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, resolve_reporter, track
from autoencode.storage import atomic_open

Picture = UInt8[np.ndarray, "_channels _height _width"]


@dataclass(frozen=True, eq=False)
class RestoredClip:
    """What is kept of a clip that was restored.

    Args:
        before: a frame from its middle.
        after: the same, restored.
        change: root mean squared error from the clip to the result, white being 1.
        notes: what is lost.
        degraded: how near the clip is to the clean one; None where there is none.
        restored: how near the result is to it.
        evaluation_error: why it could not be measured; "" where nothing went wrong.
    """

    before: Picture
    after: Picture
    change: float
    notes: tuple[str, ...]
    degraded: ClipQuality | None = None
    restored: ClipQuality | None = None
    evaluation_error: str = ""


def restore_clip(
    restorer: Restorer,
    source: Path,
    header: ClipHeader,
    output: Path,
    *,
    clean: Path | None = None,
    lossless: bool = False,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> RestoredClip:
    """Writes a clip restored, whole or not at all, of the same size and times, with its sound.

    Frames are read, restored and written one at a time, so that memory does not grow with the clip.

    Args:
        restorer: the model.
        source: the clip.
        header: what it says about itself.
        output: where the result goes.
        clean: what it should look like, to measure by.
        lossless: see `open_clip_writer`.
        reporter: receives the progress of the task "restoring a clip", in frames.
        cancel: checked after each frame and between its tiles.

    Raises:
        UnreadableError: the clip cannot be read to its end.
        DataError: it is too short for the model, or cannot be written.
        StorageError: the disk is full.
        CancelledError: `cancel` asked for it; nothing is left of the clip.
    """
    change, measured = ClipMetric(), _ClipEvaluator(clean)
    shown, middle = list[Picture](), header.frames // 2
    with (
        atomic_open(output) as file,
        open_clip_writer(file, output.suffix, header, source, lossless=lossless) as writer,
        track(resolve_reporter(reporter), "restoring a clip", header.frames, "frames", cancel=cancel) as progress,
    ):
        for number, (before, frame) in enumerate(_restored(restorer, source, cancel)):
            writer.add(frame.pixels, frame.time)
            change.add(before, frame.pixels)
            measured.add(before, frame.pixels)
            if number <= middle:
                shown = [before, frame.pixels]
            progress.advance()
    notes = (*header.notes, *writer.notes)
    return RestoredClip(shown[0], shown[1], change.result().rmse, notes, *measured.result())


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

    def result(self) -> tuple[ClipQuality | None, ClipQuality | None, str]:
        if self._wrong or not self._frames:
            return None, None, self._wrong
        return self._meters[0].result(), self._meters[1].result(), ""
