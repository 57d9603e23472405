"""Windows of past and future frames from a folder of frames, clips, or an array of clips."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from autoencode.data.arrays.arrays import read_array
from autoencode.data.arrays.layout import AxisOrder, Channels
from autoencode.data.arrays.named_arrays import NamedArrays, read_named_arrays
from autoencode.data.arrays.npy import ArrayHeader, read_npy
from autoencode.data.arrays.npz import open_npz
from autoencode.data.content import suffix_of
from autoencode.data.examples import Examples, OptionValue
from autoencode.data.frames.frame_order import natural_key, times_from_names
from autoencode.data.frames.frame_size import usual_size
from autoencode.data.frames.frame_windows import (
    FrameSequence,
    FrameSequences,
    Windows,
    find_windows,
    past_and_future,
)
from autoencode.data.frames.read_clip_frames import read_clip_frames
from autoencode.data.images.archive import is_picture_archive, unpacked
from autoencode.data.images.folder import read_folder
from autoencode.data.images.picture_files import list_picture_files
from autoencode.data.options import ReadOptions
from autoencode.data.split import OfficialSplit, folder_parts
from autoencode.data.values import Array
from autoencode.data.video.clips import holds_clips
from autoencode.errors import DataError, ShapeError
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter

_BY_TIME = 10
"""With fewer sequences than this the parts are the beginning and the end of each, and not whole sequences."""
_PAST = 5
_PARTS = {"train": 0, None: 0, "validation": 1, "test": 2}
_COLOURS = (1, 3)
_KEPT = ("values", "size", "colour", "fit", "parts", "array")


def read_windows(
    path: Path,
    options: ReadOptions,
    *,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Examples:
    """Reads frames, and cuts every window of past and future ones from them.

        frames of a sequence   0 1 2 3 4 5 6 7 8 9 …
        window                   └past─┘ └future┘          x: past frames along the channels; target: future ones

    A folder of pictures is a sequence, and so is each of its subfolders, each clip of a folder, and each place along
    the first axis of an array. Windows in which frames are missing are left out: by the times or numbers in the names
    of frames, and where a file could not be read.

    Args:
        path: a folder, a zip or tar file, a clip, or a .npy or .npz file.
        options: `future`, and how frames are read.
        reporter: receives the progress of the task "reading".
        cancel: ends the reading early.

    Returns:
        Windows in the order of time, whose `files` are their last known frames. With ten sequences or more `groups` has
        the sequence of each; with fewer `spans` says where each begins and ends, and parts are to be taken by time.

    Raises:
        DataError: no frames that can be read, or too few.
        ShapeError: an array that holds no clips.
        CancelledError: `cancel` asked for it.
    """
    found, examples = read_sequences(path, options, reporter=reporter, cancel=cancel)
    return _with_windows(found, examples, options, str(path))


def windows_of_array(array: Array, options: ReadOptions) -> Examples:
    """Windows of the frames of an array of clips, as `read_windows` gives them.

    Args:
        array: (clips, frames, height, width), with 1 or 3 channels before or after height and width where there are
            any; without the first axis one clip.
        options: `past`, `future`, and what the numbers are.

    Raises:
        DataError: too few frames, or numbers that are not finite.
        ShapeError: no clips.
    """
    stacked, channels = _stacked(array, "the array")
    examples = read_array(stacked, _as_bands(options))
    return _with_windows(*_sequences_of_clips(examples, channels), options, "the array")


def _with_windows(found: FrameSequences, examples: Examples, options: ReadOptions, what: str) -> Examples:
    past, future = options.past or _PAST, options.future or 1
    windows = find_windows(found, past + future)
    if not len(windows.starts):
        raise DataError(_too_few(what, found, past, future))
    x, target = past_and_future(found, windows, past, future, what)
    return replace(
        examples,
        x=x,
        target=target,
        labels=None,
        classes=None,
        files=tuple(found.files[start + past - 1] for start in windows.starts.tolist()),
        notes=(*examples.notes, *_notes(found, windows, past, future)),
        options={**_resolved(examples.options), "past": past, "future": future},
        owned=False,
        **_parts(found, windows, past + future, random=options.parts == "random"),
    )


def read_sequences(
    path: Path,
    options: ReadOptions,
    *,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> tuple[FrameSequences, Examples]:
    """Reads frames in order.

    Args:
        path: as for `read_windows`.
        options: how frames are read.
        reporter: receives the progress of the task "reading".
        cancel: ends the reading early.

    Returns:
        The frames, and examples that say how they were read.

    Raises:
        DataError: no frames that can be read.
        ShapeError: an array that holds no clips.
        CancelledError: `cancel` asked for it.
    """
    if holds_clips(path):
        return read_clip_frames(path, options, reporter=reporter, cancel=cancel)
    if is_picture_archive(path):
        with unpacked(path) as (folder, notes):
            found, examples = _read_folder(folder, options, reporter, cancel)
        return found, replace(examples, notes=(*notes, *examples.notes))
    if path.is_dir():
        return _read_folder(path, options, reporter, cancel)
    return _read_arrays(path, options)


def _read_folder(
    folder: Path, options: ReadOptions, reporter: Reporter | None, cancel: CancelToken | None
) -> tuple[FrameSequences, Examples]:
    """Each folder that holds pictures is a sequence, in natural order of the names."""
    how = replace(options, size=options.size or _usual_size(folder), labels="none", unlabelled=None)
    examples = read_folder(folder, how, reporter=reporter, cancel=cancel)
    files = examples.files or ()
    skipped = [skip.file for skip in examples.skipped if skip.count == 1]
    own_parts = folder_parts([Path(name) for name in files]) if options.parts != "random" else None
    parts = dict(zip(files, own_parts or [None] * len(files), strict=True))
    order = sorted(range(len(files)), key=lambda place: (_PARTS[parts[files[place]]], *_sequence_key(files[place])))
    names = [files[place] for place in order]
    sequences = [
        FrameSequence(name or folder.name, len(own), _breaks(own, skipped), parts[own[0]])
        for name, own in _by_folder(names)
    ]
    return FrameSequences(examples.x, sequences, tuple(names), torch.tensor(order)), examples


def _usual_size(folder: Path) -> tuple[int, int] | None:
    """All of a frame, its longer side at most 128 pixels, where frames have one size; None where they differ."""
    sizes = {(source.header.height, source.header.width) for source in list_picture_files(folder).sources}
    return usual_size(*sizes.pop()) if len(sizes) == 1 else None


def _sequence_key(name: str) -> tuple[Any, ...]:
    folder, _, file = name.rpartition("/")
    return natural_key(folder), natural_key(file)


def _by_folder(names: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Names that stand in the order of their folders, by folder."""
    found = dict[str, list[str]]()
    for name in names:
        found.setdefault(name.rpartition("/")[0], []).append(name)
    return list(found.items())


def _breaks(names: list[str], skipped: Sequence[str]) -> tuple[int, ...]:
    """The frames before which others are missing: files that were not read, and gaps in times or numbers."""
    times = times_from_names(names)
    folder = names[0].rpartition("/")[0]
    keys = [natural_key(name) for name in names]
    lost = {sum(key < natural_key(name) for key in keys) for name in skipped if name.rpartition("/")[0] == folder} - {
        0,
        len(names),
    }
    return tuple(sorted({*lost, *(times.gaps() if times else ())}))


class _ClipArrays(NamedArrays):
    """Arrays of clips as arrays of pictures, whose channels are all channels of all frames of a clip."""

    def __init__(self, arrays: NamedArrays) -> None:
        super().__init__(arrays.what)
        self._arrays, self.channels = arrays, 1

    @property
    def names(self) -> list[str]:
        """As in the file."""
        return self._arrays.names

    def header(self, name: str) -> ArrayHeader:
        """As in the file."""
        return self._arrays.header(name)

    def read(self, name: str) -> Array:
        """As in the file."""
        return self._arrays.read(name)

    def read_examples(self, name: str, labels: str | None) -> tuple[Array, str]:
        """Clips, (n, frames · channels, height, width)."""
        del labels
        array, self.channels = _stacked(self._arrays.read(name), self.what)
        return array, ""


def _stacked(array: Array, what: str) -> tuple[Array, int]:
    """Clips with their frames along the channels, and how many channels a frame has.

    Raises:
        ShapeError: no clips.
    """
    shape = array.shape
    if array.ndim == 5 and shape[4] in _COLOURS:
        array = array.transpose(0, 1, 4, 2, 3)
    elif array.ndim == 3 or (array.ndim == 4 and shape[3] in _COLOURS):
        return _stacked(array[None], what)
    elif array.ndim == 4:
        array = array[:, :, None]
    elif array.ndim != 5 or shape[2] not in _COLOURS:
        raise ShapeError(
            f"{what} holds an array of shape {shape}; clips are (clips, frames, height, width), with 1 or 3 channels "
            "before or after height and width where there are any"
        )
    n, frames, channels, height, width = array.shape
    return np.ascontiguousarray(array).reshape(n, frames * channels, height, width), channels


def _as_bands(options: ReadOptions) -> ReadOptions:
    """How clips whose frames lie along the channels are read."""
    return replace(options, axes=AxisOrder.FIRST, channels=Channels.BANDS, labels="none", future=None, past=None)


def _read_arrays(path: Path, options: ReadOptions) -> tuple[FrameSequences, Examples]:
    if suffix_of(path) == ".npz":
        with open_npz(path) as arrays:
            clips = _ClipArrays(arrays)
            return _sequences_of_clips(read_named_arrays(clips, _as_bands(options)), clips.channels)
    if suffix_of(path) == ".npy":
        array, channels = _stacked(read_npy(path), str(path))
        return _sequences_of_clips(read_array(array, _as_bands(options), owned=True), channels)
    raise DataError(f"{path.name} holds no frames in order: give a folder of frames, clips, or a .npy or .npz file")


def _sequences_of_clips(examples: Examples, channels: int) -> tuple[FrameSequences, Examples]:
    """A sequence for each clip, whose frames lie along the channels."""
    n, length = examples.x.shape[0], examples.x.shape[1] // channels
    held_out = ["validation"] * examples.official.validation + ["test"] * examples.official.test
    parts = [None] * (n - len(held_out)) + held_out
    sequences = [FrameSequence(f"clip {place + 1}", length, (), part) for place, part in enumerate(parts)]
    files = tuple(f"clip {place + 1}:{frame + 1}" for place in range(n) for frame in range(length))
    notes = tuple(note for note in examples.notes if "axes" not in note and "bands" not in note)
    frames = examples.x.reshape(n * length, channels, *examples.x.shape[2:])
    return FrameSequences(frames, sequences, files), replace(examples, notes=notes)


def _parts(found: FrameSequences, windows: Windows, length: int, *, random: bool) -> dict[str, Any]:
    """How windows are divided into parts: as the data say, by whole sequences, or by time."""
    used, groups = torch.unique(windows.sequences, return_inverse=True)
    parts = [None if random else found.sequences[number].part for number in used.tolist()]
    held_out = [parts.count("validation"), parts.count("test")]
    if len(parts) - sum(held_out) >= _BY_TIME:
        return {"groups": groups, "official": OfficialSplit(*held_out)}
    of_window = [parts[group] for group in groups.tolist()]
    return {
        "groups": None,
        "official": OfficialSplit(of_window.count("validation"), of_window.count("test")),
        "spans": torch.stack([windows.starts, windows.starts + length, windows.sequences], 1),
    }


def _resolved(options: dict[str, OptionValue]) -> dict[str, OptionValue]:
    """The options of pictures that mean something for windows."""
    return {name: value for name, value in options.items() if name in _KEPT}


def _notes(found: FrameSequences, windows: Windows, past: int, future: int) -> tuple[str, ...]:
    _, channels, height, width = found.frames.shape
    n, sequences = len(windows.starts), len(found.sequences)
    of = "1 sequence" if sequences == 1 else f"{sequences:,} sequences"
    short = sum(sequence.n < past + future for sequence in found.sequences)
    kind = "grey" if channels == 1 else "colour"
    return (
        f"{n:,} windows of {past} + {future} frames (say --past and --future) from {len(found.frames):,} {kind} frames "
        f"of {height}x{width} (height x width) in {of}, in natural order of names (2 before 10)",
        *((f"{short:,} sequences of fewer than {past + future} frames are left out",) if short else ()),
        *_gap_note(found, windows),
    )


def _gap_note(found: FrameSequences, windows: Windows) -> tuple[str, ...]:
    gaps = sum(len(sequence.breaks) for sequence in found.sequences)
    if not gaps:
        return ()
    places = "1 place" if gaps == 1 else f"{gaps:,} places"
    return (f"frames are missing at {places}: {windows.crossing:,} windows across them are left out",)


def _too_few(what: str, found: FrameSequences, past: int, future: int) -> str:
    longest = max((sequence.n for sequence in found.sequences), default=0)
    broken = " without a gap" if any(sequence.breaks for sequence in found.sequences) else ""
    return (
        f"{what} has no {past + future} frames in a row{broken}, which a window of --past {past} and --future {future} "
        f"needs: the longest sequence has {longest}"
    )
