"""The frames of a clip, or of all clips of a folder, scaled to one size."""

from itertools import islice
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from autoencode.data.examples import Examples, OptionValue, SkippedFile, count_files, list_skipped
from autoencode.data.frames.frame_order import frame_times, natural_key
from autoencode.data.frames.frame_size import usual_size
from autoencode.data.frames.frame_windows import FrameSequence, FrameSequences
from autoencode.data.images.picture import UnreadableError
from autoencode.data.images.scan import printable, scan_pictures
from autoencode.data.memory import check_fits
from autoencode.data.options import ReadOptions
from autoencode.data.split import folder_parts
from autoencode.data.values import ValueRange
from autoencode.data.video.clip import ClipHeader, clip_suffixes, pyav, read_clip_header, read_frames
from autoencode.errors import DataError
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, resolve_reporter, track

_MOST_FRAMES = 20_000


def read_clip_frames(
    path: Path, options: ReadOptions, *, reporter: Reporter | None = None, cancel: CancelToken | None = None
) -> tuple[FrameSequences, Examples]:
    """Reads every frame of a clip or of the clips of a folder, up to 20,000 frames of each.

    Args:
        path: a file or a folder.
        options: `size` (all of a frame, its longer side at most 128 pixels, as of the first clip, by default) and
            `colour` ("auto" is grey if every frame is).
        reporter: receives the progress of the task "reading", in frames.
        cancel: ends the reading early.

    Returns:
        The frames, a sequence for each clip, and examples without `x` that say how they were read.

    Raises:
        DataError: no readable clip.
        CapabilityError: PyAV is not installed.
        CancelledError: `cancel` asked for it.
    """
    pyav()
    clips, skipped = _readable(path)
    n_files = len(clips) + count_files(skipped)
    if not clips:
        raise DataError(f"no readable clip in {path}: {list_skipped(skipped)}")
    size = options.size or usual_size(clips[0][2].height, clips[0][2].width)
    total = sum(min(header.frames, _MOST_FRAMES) for _, _, header in clips)
    check_fits(3 * size[0] * size[1] * total, str(path))
    parts = (folder_parts([Path(name) for name, _, _ in clips]) or [None] * len(clips)) if path.is_dir() else [None]
    read, sequences, files = list[np.ndarray](), list[FrameSequence](), list[str]()
    with track(resolve_reporter(reporter), "reading", total, "frames", cancel=cancel) as progress:
        for (name, file, _), part in zip(clips, parts, strict=True):
            own, times = list[np.ndarray](), list[int | None]()
            try:
                for frame in islice(read_frames(file), _MOST_FRAMES):
                    own.append(_scaled(frame.pixels, size))
                    times.append(frame.time)
                    progress.advance(detail=name)
            except UnreadableError as error:
                skipped.append(SkippedFile(name, f"read as far as it goes: {error}"))
            if own:
                read.append(np.stack(own))
                sequences.append(FrameSequence(name, len(own), _gaps(times), part))
                files += [f"{name}:{number + 1}" for number in range(len(own))]
    if not sequences:
        raise DataError(f"no readable clip in {path}: {list_skipped(skipped)}")
    frames = np.concatenate(read)
    grey = options.colour == "grey" or (options.colour == "auto" and bool((frames == frames[:, :1]).all()))
    kept = np.ascontiguousarray(_grey(frames) if grey else frames)
    how: dict[str, OptionValue] = {
        "values": str(ValueRange.BYTES),
        "size": list(size),
        "colour": "grey" if grey else "rgb",
        "parts": options.parts,
    }
    sizes = {(header.height, header.width) for _, _, header in clips}
    fitted = sizes != {size}
    long = sum(header.frames > _MOST_FRAMES for _, _, header in clips)
    notes = (
        *((f"frames are scaled to {size[0]}x{size[1]} (height x width; say --size)",) if fitted else ()),
        *((f"of {long:,} clips only the first {_MOST_FRAMES:,} frames are read",) if long else ()),
        *(
            (f"{count_files(skipped):,} of {n_files:,} files left out or read in part: {list_skipped(skipped)}",)
            if skipped
            else ()
        ),
    )
    order = _in_parts(sequences)
    found = FrameSequences(torch.from_numpy(kept), sequences, tuple(files))
    return (
        found if order == list(range(len(sequences))) else _reordered(found, order),
        Examples(torch.empty(0), ValueRange.BYTES, notes=notes, skipped=tuple(skipped), options=how),
    )


def _in_parts(sequences: list[FrameSequence]) -> list[int]:
    """Sequences with those of the held-out parts last."""
    rank = {"validation": 1, "test": 2}
    return sorted(range(len(sequences)), key=lambda place: rank.get(sequences[place].part or "", 0))


def _reordered(found: FrameSequences, order: list[int]) -> FrameSequences:
    starts = found.starts
    rows = [range(starts[place], starts[place] + found.sequences[place].n) for place in order]
    places = [row for own in rows for row in own]
    return FrameSequences(
        found.frames,
        [found.sequences[place] for place in order],
        tuple(found.files[place] for place in places),
        torch.tensor(places),
    )


def _readable(path: Path) -> tuple[list[tuple[str, Path, ClipHeader]], list[SkippedFile]]:
    """The name, the file and the header of each clip that can be opened, in natural order of names."""
    if path.is_dir():
        listing = scan_pictures(path, clip_suffixes())
        names, skipped = [(printable(name), path / name) for name in listing.pictures], list(listing.skipped)
    else:
        names, skipped = [(path.name, path)], list[SkippedFile]()
    clips = list[tuple[str, Path, ClipHeader]]()
    for name, file in sorted(names, key=lambda pair: natural_key(pair[0])):
        try:
            clips.append((name, file, read_clip_header(file)))
        except UnreadableError as error:
            skipped.append(SkippedFile(name, str(error)))
    return clips, skipped


def _gaps(times: list[int | None]) -> tuple[int, ...]:
    """Frames before which others are missing, by when each is shown."""
    known = [float(time) for time in times if time is not None]
    found = frame_times(known, counted=False) if len(known) == len(times) else None
    return () if found is None else tuple(found.gaps())


def _scaled(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A frame, (3, height, width), scaled to a size."""
    if pixels.shape[1:] == size:
        return pixels
    image = Image.fromarray(pixels.transpose(1, 2, 0))
    return np.asarray(
        image.resize((size[1], size[0]), Image.Resampling.BOX if _is_larger(pixels, size) else Image.Resampling.BICUBIC)
    ).transpose(2, 0, 1)


def _is_larger(pixels: np.ndarray, size: tuple[int, int]) -> bool:
    return pixels.shape[1] >= size[0] and pixels.shape[2] >= size[1]


def _grey(frames: np.ndarray) -> np.ndarray:
    """One channel: the brightness of colours (ITU-R BT.601), as Pillow rounds it."""
    if (frames == frames[:, :1]).all():
        return frames[:, :1]
    weights = np.array([19595, 38470, 7471], np.uint32)[None, :, None, None]
    return np.concatenate(
        [
            ((chunk.astype(np.uint32) * weights).sum(1, keepdims=True) + 0x8000 >> 16).astype(np.uint8)
            for chunk in np.array_split(frames, max(1, len(frames) // 64))
        ]
    )
