"""Files and folders of recordings: examples of log-spectrograms."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from autoencode.data.examples import Examples, SkippedFile, left_out_note, list_skipped
from autoencode.data.file_kind import FileKind
from autoencode.data.folder_parts import FolderParts, official_split, parts_note
from autoencode.data.formats import file_format
from autoencode.data.images.scan import printable
from autoencode.data.memory import check_fits
from autoencode.data.options import ReadOptions
from autoencode.data.sound.recordings import (
    SHORTEST,
    SOUND_SUFFIXES,
    RecordingHeader,
    read_recording,
    read_recording_header,
)
from autoencode.data.sound.spectrogram import Samples, Spectrogram
from autoencode.data.values import ValueRange
from autoencode.errors import ArgumentError, DataError

SOUND = FileKind(frozenset(SOUND_SUFFIXES))
_SIZE, _HIGHEST_RATE = (64, 64), 16_000
"""Bands and columns, and samples a second at most, where a person says nothing."""
_SHARE, _ROUND, _LONG, _OF_LONG = 95, 0.05, 2.0, 1.0
"""Of recordings, and seconds: so many are no longer than an example, which is no longer than 2; of longer ones 1."""
_FAINT = 1e-3
"""The loudest sample of a part of a recording that counts as silence, as a share of that of all of it."""
_OF_OTHERS = ("axes", "channels", "array", "labels", "unlabelled")


class _Recorded(NamedTuple):
    """A file, its name, and what it says of its sound."""

    path: Path
    name: Path
    header: RecordingHeader


@dataclass
class _Found:
    """The recordings of a file or a folder."""

    recorded: list[_Recorded] = field(default_factory=list[_Recorded])
    skipped: list[SkippedFile] = field(default_factory=list[SkippedFile])


def _register(suffix: str) -> None:
    @file_format(suffix)
    def _(path: Path, options: ReadOptions) -> Examples:
        """Recordings of sound: log-spectrograms of a fixed length."""
        return read_sound(path, options)


for _suffix in SOUND_SUFFIXES:
    _register(_suffix)


def read_sound(path: Path, options: ReadOptions) -> Examples:
    """The log-spectrograms of one recording, or of its parts.

    Raises:
        DataError: it cannot be read, is too short or silent.
        CapabilityError: soundfile is not installed.
    """
    options.refuse(path.name, "parts")
    return _examples(_Found([_Recorded(path, Path(path.name), read_recording_header(path))]), options, path.name)


def read_sound_folder(folder: Path, options: ReadOptions) -> Examples:
    """The recordings of a folder and its subfolders, in the order of their paths.

    Subfolders called train and test (or validation) are the parts.

    Args:
        folder: where they lie.
        options: how they are to be read: `sample_rate`, `seconds`, and `size` as bands x columns.

    Raises:
        DataError: none of them can be read.
        CapabilityError: soundfile is not installed.
    """
    found = _Found()
    for name in SOUND.files(folder):
        try:
            found.recorded.append(_Recorded(folder / name, name, read_recording_header(folder / name)))
        except DataError as error:
            found.skipped.append(SkippedFile(printable(name), str(error)))
    return _examples(found, options, str(folder))


def _examples(found: _Found, options: ReadOptions, name: str) -> Examples:
    options.refuse(name, *_OF_OTHERS)
    if not found.recorded:
        raise DataError(f"{name} holds no recording that can be read: {list_skipped(found.skipped)}")
    headers = [one.header for one in found.recorded]
    rate = options.sample_rate or min(_HIGHEST_RATE, Counter(header.rate for header in headers).most_common(1)[0][0])
    how = _spectrogram(headers, rate, options)
    arranged = FolderParts.of([one.name for one in found.recorded], options.parts)
    found.skipped += arranged.outside
    check_fits(4 * how.bands * how.frames * sum(1 + int(h.seconds * rate) // how.length for h in headers), name)
    pictures, groups, files, parts = list[torch.Tensor](), list[int](), list[str](), list[str | None]()
    read, cut, silent = list[RecordingHeader](), 0, 0
    for number in arranged.order:
        one = found.recorded[number]
        try:
            samples = read_recording(one.path, rate)
        except DataError as error:
            found.skipped.append(SkippedFile(printable(one.name), str(error)))
            continue
        windows, ends = _windows(samples, how.length)
        if not windows:
            found.skipped.append(SkippedFile(printable(one.name), "silent where examples are taken"))
            continue
        silent, cut = silent + ends - len(windows), cut + (len(samples) > ends * how.length)
        pictures += [how.of(torch.from_numpy(window)) for window in windows.values()]
        groups += [len(read)] * len(windows)
        files += [one.name.as_posix() if ends == 1 else f"{one.name.as_posix()}#{n + 1}" for n in windows]
        parts.append(arranged.part_of(number))
        read.append(one.header)
    if not pictures:
        raise DataError(f"{name} holds no recording that can be read: {list_skipped(found.skipped)}")
    return Examples(
        x=torch.stack(pictures),
        values=ValueRange.UNIT,
        groups=torch.tensor(groups),
        official=official_split(parts),
        files=tuple(files),
        notes=(
            *_notes(read, how, len(pictures), (cut, silent), options),
            *parts_note(parts, "recordings"),
            *left_out_note(found.skipped),
        ),
        skipped=tuple(found.skipped),
        options={
            "sample_rate": rate,
            "seconds": how.length / rate,
            "size": [how.bands, how.frames],
            "parts": options.parts,
        },
        owned=True,
    )


def _spectrogram(headers: Sequence[RecordingHeader], rate: int, options: ReadOptions) -> Spectrogram:
    bands, frames = options.size or _SIZE
    usual = float(np.percentile([header.seconds for header in headers], _SHARE))
    seconds = options.seconds or (_OF_LONG if usual > _LONG else max(SHORTEST, _ROUND * np.ceil(usual / _ROUND)))
    hop = round(seconds * rate / frames)
    if hop < 1:
        raise ArgumentError(
            f"--seconds {seconds:g} of {rate:,} samples a second has fewer than {frames} columns of --size"
        )
    return Spectrogram(rate, hop, bands, frames)


def _windows(samples: Samples, length: int) -> tuple[dict[int, Samples], int]:
    """Parts of a recording by their numbers, without silent ones, and how many there are with these.

    A last one that is shorter than half of an example is none.
    """
    loudest, begins = np.abs(samples).max(), range(0, max(1, len(samples) - length // 2), length)
    windows = {number: samples[begin : begin + length] for number, begin in enumerate(begins)}
    loud = {number: window for number, window in windows.items() if np.abs(window).max() > _FAINT * loudest}
    return loud, len(begins)


def _notes(
    read: Sequence[RecordingHeader],
    how: Spectrogram,
    n: int,
    lost: tuple[int, int],
    options: ReadOptions,
) -> Iterator[str]:
    said = "" if options.seconds else " (say --seconds for another length)"
    yield (
        f"{len(read):,} recordings read as {n:,} log-spectrograms of {how.length / how.rate:.3g} seconds{said}: "
        f"{how.bands} bands up to {how.rate // 2:,} Hz, {how.frames} columns"
    )
    changes = Counter(change for header in read for change in _changes(header, how.rate))
    if changes:
        yield "converted: " + ", ".join(f"{count:,} {change}" for change, count in changes.items())
    cut, silent = lost
    if silent:
        yield f"{silent:,} silent parts of recordings are left out"
    if cut:
        yield f"the ends of {cut:,} recordings are cut off; shorter ones have silence after them"


def _changes(header: RecordingHeader, rate: int) -> Iterator[str]:
    if header.rate != rate:
        yield f"of {header.rate:,} Hz to {rate:,} Hz"
    if header.channels > 1:
        yield f"of {header.channels} channels to one"
    if header.kind not in ("16 bits", "VORBIS", "MPEG_LAYER_III"):
        yield f"of {header.kind}"
