"""Examples from clips: patches of frames, each with the same place in the frames before and after it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from autoencode.data.examples import Examples, SkippedFile, count_files, list_skipped
from autoencode.data.images.patches import count_patches, cut_patches, fair_share
from autoencode.data.images.picture import UnreadableError
from autoencode.data.images.scan import printable, scan_pictures
from autoencode.data.memory import check_fits
from autoencode.data.options import ReadOptions
from autoencode.data.values import ValueRange
from autoencode.data.video.clip import ClipHeader, clip_suffixes, pyav, read_clip_header, read_frames
from autoencode.data.video.frame_window import sliding_windows
from autoencode.errors import DataError
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Progress, Reporter, resolve_reporter, track
from autoencode.runtime.seeding import derive_seed

_PATCH = 96
_MOST_BYTES = 2**30
_MOST_FRAMES = 20_000
_BLOCKS = 20
_CUT = 6
_LUMA = (19595, 38470, 7471)
"""Of red, green and blue in 65,536 parts, as Pillow makes grey of colours (ITU-R BT.601)."""
Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class PatchChoice:
    """Which patches of a clip are examples.

    Args:
        blocks: where each block of frames begins, and the end of the last one. No example looks beyond its block.
        places: for each frame in the middle of an example, which patches of it.
    """

    blocks: list[int]
    places: dict[int, Tensor]

    def __len__(self) -> int:
        return sum(map(len, self.places.values()))

    def block_of(self, frame: int) -> int:
        """The number of the block that a frame lies in."""
        return int(np.searchsorted(self.blocks, frame, side="right")) - 1


class _Clip(NamedTuple):
    """A clip that can be read."""

    name: str
    file: Path
    header: ClipHeader


class _ClipScan(NamedTuple):
    """What there is to read, what is left out so far, and how many files there are."""

    clips: list[_Clip]
    skipped: list[SkippedFile]
    n_files: int


class _ClipPatches(NamedTuple):
    """The patches, (n, frames, channels, patch, patch) with the middle frame first, their clips and their blocks."""

    room: Pixels
    files: list[str]
    groups: list[int]


def holds_clips(path: Path) -> bool:
    """Whether a path is a clip, or a folder of clips and no pictures."""
    if not path.is_dir():
        return path.suffix.lower() in clip_suffixes()
    return not scan_pictures(path).pictures and bool(scan_pictures(path, clip_suffixes()).pictures)


def read_clips(
    path: Path,
    options: ReadOptions | None = None,
    *,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Examples:
    """Reads a clip, or all clips of a folder and its subfolders, into patches with their neighbours as the context.

        frame t ─► patch ─► x          frames t-2, t-1, t+1, t+2 ─► the same patch of each ─► context

    Each clip is divided along its time into blocks, and a block is never in two parts: 20 blocks in all, or one for
    each clip where there are more clips.

    Args:
        path: a file or a folder.
        options: colour ("auto" is grey if every frame is), the side of a patch (96 pixels by default) and how many
            frames are given at a time (1 by default, without context).
        reporter: receives the progress of the task "reading", in frames.
        cancel: ends the reading early.

    Returns:
        uint8 patches in the order of clips and time, as many of each clip as a gigabyte holds, from its first 20,000
        frames at most.

    Raises:
        DataError: no readable clip that is long enough.
        CapabilityError: PyAV is not installed.
        CancelledError: `cancel` asked for it.
    """
    options = options or ReadOptions()
    colour, patch, frames = options.colour, options.patch or _PATCH, options.frames or 1
    pyav()
    found = _found(path, frames)
    channels = 1 if colour == "grey" or (colour == "auto" and all(clip.header.grey for clip in found.clips)) else 3
    most = _MOST_BYTES // (frames * channels * patch * patch)
    chosen = choose_patches([clip.header for clip in found.clips], patch, frames, most)
    shape = (sum(map(len, chosen)), frames, channels, patch, patch)
    check_fits(int(np.prod(shape, dtype=np.int64)), str(path))
    total = sum(choice.blocks[-1] for choice in chosen)
    with track(resolve_reporter(reporter), "reading", total, "frames", cancel=cancel) as progress:
        decoded = _decoded(found, chosen, np.empty(shape, dtype=np.uint8), progress)
    if not decoded.files:
        raise DataError(_nothing(path, found))
    return _examples(path, found, decoded, colour)


def choose_patches(headers: Sequence[ClipHeader], patch: int, frames: int, most: int) -> list[PatchChoice]:
    """Which patches of each clip are examples: all, or or as many of each clip, evenly over its time, at random places.

    Args:
        headers: of the clips.
        patch: pixels a side.
        frames: a frame with its neighbours.
        most: patches in all.
    """
    blocks = [_blocks(min(header.frames, _MOST_FRAMES), frames, len(headers)) for header in headers]
    middles = [_middles(edges, frames // 2) for edges in blocks]
    counts = [count_patches(header.height, header.width, patch) for header in headers]
    share = fair_share([len(own) * count for own, count in zip(middles, counts, strict=True)], most)
    return [
        PatchChoice(edges, _places(own, count, share, number))
        for number, (edges, own, count) in enumerate(zip(blocks, middles, counts, strict=True))
    ]


def _found(path: Path, frames: int) -> _ClipScan:
    """The clips that can be read and are long enough."""
    if path.is_dir():
        listing = scan_pictures(path, clip_suffixes())
        names, skipped = [(name, path / name) for name in listing.pictures], list(listing.skipped)
    else:
        names, skipped = [(Path(path.name), path)], list[SkippedFile]()
    clips, n_files = list[_Clip](), len(names) + count_files(skipped)
    for name, file in names:
        try:
            header = read_clip_header(file)
            if header.frames < frames:
                raise UnreadableError(f"{header.frames} frames, and {frames} are needed")
            clips.append(_Clip(printable(name), file, header))
        except UnreadableError as error:
            skipped.append(SkippedFile(printable(name), str(error)))
    return _ClipScan(clips, skipped, n_files)


def _blocks(n: int, frames: int, clips: int) -> list[int]:
    """Where blocks of frames begin, and the end of the last: 20 in all clips, but none too short for its examples."""
    wanted = -(-_BLOCKS // clips)
    length = max(frames, min(n // min(3, wanted), max(2 * frames, -(-n // wanted))))
    return [*range(0, n - length + 1, length), n]


def _middles(blocks: Sequence[int], reach: int) -> list[int]:
    """The frames whose neighbours are all in the block."""
    return [frame for start, end in pairwise(blocks) for frame in range(start + reach, end - reach)]


def _places(middles: Sequence[int], count: int, share: int, number: int) -> dict[int, Tensor]:
    """Up to `share` patches of a clip, as many of each frame that is taken."""
    taken = [middles[at * len(middles) // share] for at in range(share)] if share < len(middles) else middles
    each = min(count, max(1, share // max(1, len(taken))))
    generator = torch.Generator().manual_seed(derive_seed(0, _CUT, number))
    return {frame: torch.randperm(count, generator=generator)[:each].sort().values for frame in taken}


def _decoded(found: _ClipScan, chosen: Sequence[PatchChoice], room: Pixels, progress: Progress) -> _ClipPatches:
    """Fills the room with patches; a clip that is cut short leaves no gap."""
    files, groups, blocks, past = list[str](), list[int](), 0, 0
    for clip, choice in zip(found.clips, chosen, strict=True):
        try:
            for frame, some in _patches(clip.file, choice, room.shape[1:]):
                room[len(files) : len(files) + len(some)] = some
                files += [clip.name] * len(some)
                groups += [blocks + choice.block_of(frame)] * len(some)
                progress.update(past + frame, detail=clip.name)
        except (UnreadableError, DataError) as error:
            found.skipped.append(SkippedFile(clip.name, f"read as far as it goes: {error}"))
        blocks, past = blocks + len(choice.blocks) - 1, past + choice.blocks[-1]
    return _ClipPatches(room[: len(files)], files, groups)


def _patches(file: Path, choice: PatchChoice, shape: tuple[int, ...]) -> Iterator[tuple[int, list[Pixels]]]:
    """The number of each frame that is taken, and its patches: the frame's own and then its neighbours'."""
    frames, channels, patch, _ = shape
    reach = frames // 2
    order = [reach, *range(reach), *range(reach + 1, frames)]
    shots = islice(read_frames(file), choice.blocks[-1])
    pictures = (shot.pixels if channels == 3 else _grey(shot.pixels) for shot in shots)
    for number, near in enumerate(sliding_windows(pictures, reach)):
        if number in choice.places:
            patches = list(cut_patches(np.concatenate([near[place] for place in order]), patch))
            yield number, [patches[at].reshape(shape) for at in choice.places[number].tolist()]


def _grey(pixels: Pixels) -> Pixels:
    red, green, blue = pixels.astype(np.uint32)
    mixed = _LUMA[0] * red + _LUMA[1] * green + _LUMA[2] * blue + 0x8000
    return (mixed >> 16).astype(np.uint8)[None]


def _examples(path: Path, found: _ClipScan, decoded: _ClipPatches, colour: str) -> Examples:
    room = decoded.room
    if colour == "auto" and all((some == some[:, :1]).all() for some in room):
        room = room[:, :, :1]
    n, frames, channels, patch, _ = room.shape
    kind, of = (
        "grey" if channels == 1 else "rgb",
        ("frames" if frames == 1 else f"{frames} frames, the middle one being the target,"),
    )
    groups = torch.unique(torch.tensor(decoded.groups), return_inverse=True)[1]
    blocks = int(groups[-1]) + 1
    note = f"{n:,} patches of {patch}x{patch} from {of} of {len(found.clips):,} clips, at full size"
    left_out = f"{count_files(found.skipped):,} of {found.n_files:,} files left out or read in part"
    skipped = f"{left_out}: {list_skipped(found.skipped)}"
    return Examples(
        x=torch.from_numpy(room[:, 0]),
        context=torch.from_numpy(room[:, 1:]).flatten(1, 2) if frames > 1 else None,
        groups=groups,
        values=ValueRange.BYTES,
        notes=(
            note,
            f"{blocks:,} blocks of time, each in one part only",
            f"colour {kind}",
            *_long_note(found),
            *([skipped] if found.skipped else []),
        ),
        skipped=tuple(found.skipped),
        files=tuple(decoded.files),
        options={"values": str(ValueRange.BYTES), "size": None, "colour": kind, "patch": patch, "frames": frames},
    )


def _long_note(found: _ClipScan) -> tuple[str, ...]:
    """A line about clips of which not all is read."""
    long = sum(clip.header.frames > _MOST_FRAMES for clip in found.clips)
    return (f"of {long:,} clips only the first {_MOST_FRAMES:,} frames are read",) if long else ()


def _nothing(path: Path, found: _ClipScan) -> str:
    if not found.n_files:
        return f"no clips in {path}; give a clip or a folder of clips (mp4, mov, mkv, …)"
    return f"no readable clip in {path}: {list_skipped(found.skipped)}"
