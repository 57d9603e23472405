"""The past frames from which a model is to predict, and what came next where that is known."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.data import SkippedFile, to_unit_floats
from autoencode.data.frames.frame_windows import FrameSequences
from autoencode.data.frames.read_frames import read_sequences
from autoencode.data.images.scan import printable
from autoencode.data.options import ReadOptions
from autoencode.data.resolve import resolve_path
from autoencode.data.values import ValueRange
from autoencode.data.video.clip import is_clip, read_clip_header
from autoencode.errors import ArgumentError, DataError
from autoencode.runs.inputs import DATASET_ITEM
from autoencode.runs.predictor import Predictor
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter

_UNIT = (ValueRange.BYTES, ValueRange.UNIT)


@dataclass(frozen=True, eq=False)
class PastFrames:
    """The last known frames of a sequence.

    Args:
        name: of the sequence, one or more parts of a path.
        past: in the model's units, (past, channels, height, width).
        truth: the frames after it, which may be fewer than are predicted; None where there are none.
        last: the name of the last known frame.
        rate: frames a second, where a clip says so.
    """

    name: Path
    past: Float[Tensor, "past channels height width"]
    truth: Float[Tensor, "known channels height width"] | None
    last: str
    rate: Fraction | None = None


def read_pasts(
    predictor: Predictor,
    item: str | Path,
    at: int | None = None,
    *,
    n_frames: int | None = None,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> tuple[list[PastFrames], list[SkippedFile], tuple[str, ...]]:
    """The last known frames of each sequence of a folder, a clip, or an array of clips, or a window of the data.

    Args:
        predictor: what is asked for the size and the number of frames.
        item: the path, or PART:NUMBER, a window of the run's data.
        at: the number of the last known frame in each sequence, counted from 1; the last one where it is left out.
        n_frames: how many frames after it are wanted; as many as the model predicts where it is left out.
        reporter: receives the progress of the task "reading".
        cancel: ends the reading early.

    Returns:
        The frames, the sequences that are left out, and lines that must be shown.

    Raises:
        DataError: nothing that can be read.
        ArgumentError: no such window, or `at` with a window.
        CancelledError: `cancel` asked for it.
    """
    found = DATASET_ITEM.fullmatch(str(item))
    if found and not Path(item).exists():
        if at is not None:
            raise ArgumentError(f"--at counts frames of a folder or a clip, and {item} is a window: leave it out")
        return [_window(predictor, found[1], int(found[2]))], [], ()
    path = resolve_path(item)
    sequences, examples = read_sequences(path, _options(predictor), reporter=reporter, cancel=cancel)
    if sequences.frames.shape[1] != predictor.frames.frame_channels:
        raise DataError(
            f"{item} has frames of {sequences.frames.shape[1]} channels, and this model predicts frames of "
            f"{predictor.frames.frame_channels}"
        )
    rate = read_clip_header(path).rate if is_clip(path) else None
    pasts, skipped = list[PastFrames](), list(examples.skipped)
    for past in _pasts(predictor, sequences, path, at, n_frames or predictor.frames.future, rate):
        if isinstance(past, SkippedFile):
            skipped.append(past)
        else:
            pasts.append(past)
    return pasts, skipped, examples.notes


def _options(predictor: Predictor) -> ReadOptions:
    """How new frames are read: in the size and the colours of the training data."""
    data = predictor.run.folder.data
    fit = data.options.get("fit")
    return ReadOptions(
        values=None if data.values in _UNIT else data.values,
        size=predictor.frames.size,
        colour="grey" if predictor.frames.frame_channels == 1 else "rgb",
        fit=str(fit) if fit else "crop",
        future=predictor.frames.future,
    )


def _window(predictor: Predictor, part: str, number: int) -> PastFrames:
    subset = predictor.run.data.subsets[part]
    if not 1 <= number <= len(subset):
        raise ArgumentError(f"there is no window {part}:{number}: the {part} part has {len(subset):,}, counted from 1")
    row = slice(number - 1, number)
    truth = subset.targets(row)
    return PastFrames(
        Path(f"{part}-{number}"),
        predictor.split(subset.inputs(row)[0]),
        None if truth is None else predictor.split(truth[0]),
        predictor.run.data.names(part)[number - 1],
    )


def _pasts(
    predictor: Predictor, found: FrameSequences, path: Path, at: int | None, n_frames: int, rate: Fraction | None
) -> Iterator[PastFrames | SkippedFile]:
    past = predictor.frames.past
    several = len(found.sequences) > 1
    for first, sequence in zip(found.starts, found.sequences, strict=True):
        end = sequence.n if at is None else at
        known = max((each for each in sequence.breaks if each < end), default=0)
        label = f"{path.name}/{sequence.name}" if several else path.name
        if not known + past <= end <= sequence.n:
            yield SkippedFile(printable(Path(label)), _too_few(past, end, known, sequence.n))
            continue
        following = min(end + n_frames, sequence.n, *(each for each in sequence.breaks if each >= end))
        units = to_unit_floats(found.take(torch.arange(first + end - past, first + following)))
        yield PastFrames(
            Path(path.stem if path.is_file() else path.name) / (sequence.name if several else ""),
            units[:past],
            units[past:] if following > end else None,
            found.files[first + end - 1],
            rate,
        )


def _too_few(past: int, end: int, known: int, n: int) -> str:
    if end > n:
        return f"{n} frames, and --at {end} asks for a later one"
    gap = " since the last gap" if known else ""
    return f"{end - known} frames{gap} up to number {end}, and {past} in a row are needed"
