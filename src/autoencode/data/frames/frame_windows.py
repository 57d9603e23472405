"""Windows of consecutive frames, without a copy of a frame for each window that it is in."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Int64, Shaped
from torch import Tensor

from autoencode.data.shards.file_rows import FileRows, RowReader


@dataclass(frozen=True)
class FrameSequence:
    """Frames that follow each other.

    Args:
        name: of its folder, its clip or its place in an array.
        n: how many frames.
        breaks: the frames that do not follow the one before them, from 1 to n − 1.
        part: "train", "validation" or "test" where the data say so.
    """

    name: str
    n: int
    breaks: tuple[int, ...] = ()
    part: str | None = None


@dataclass(frozen=True, eq=False)
class FrameSequences:
    """Sequences of frames, which may lie in another order than theirs.

    Args:
        frames: uint8, or float32 in the model's units.
        sequences: one after the other.
        files: the name of each of their frames.
        order: where each of their frames lies in `frames`; None where they lie in order. So large arrays stay where
            they are.
    """

    frames: Shaped[Tensor, "n channels height width"]
    sequences: Sequence[FrameSequence]
    files: tuple[str, ...] = field(default=())
    order: Int64[Tensor, " n"] | None = None

    def take(self, places: Int64[Tensor, " m"]) -> Shaped[Tensor, "m channels height width"]:
        """Some of the frames, counted over all sequences."""
        return self.frames.index_select(0, places if self.order is None else self.order[places])

    def __len__(self) -> int:
        return sum(sequence.n for sequence in self.sequences)

    @property
    def starts(self) -> list[int]:
        """The first frame of each sequence."""
        return [0, *np.cumsum([sequence.n for sequence in self.sequences])[:-1].tolist()] if self.sequences else []


class Windows(NamedTuple):
    """Which windows there are.

    Args:
        starts: the first frame of each, counted over all sequences.
        sequences: which sequence each is from.
        crossing: how many are left out, since frames are missing inside.
    """

    starts: Int64[Tensor, " n"]
    sequences: Int64[Tensor, " n"]
    crossing: int


def find_windows(found: FrameSequences, length: int) -> Windows:
    """Every window of so many consecutive frames of a sequence in which none is missing.

    Args:
        found: the sequences.
        length: of a window, in frames.

    Example:
        >>> frames = torch.zeros(9, 1, 2, 2)
        >>> found = FrameSequences(frames, [FrameSequence("a", 5, breaks=(2,)), FrameSequence("b", 4)])
        >>> windows = find_windows(found, 3)
        >>> windows.starts.tolist(), windows.sequences.tolist(), windows.crossing
        ([2, 5, 6], [0, 1, 1], 2)
    """
    starts, numbers, crossing = list[int](), list[int](), 0
    for number, (first, sequence) in enumerate(zip(found.starts, found.sequences, strict=True)):
        piece = np.zeros(sequence.n, dtype=np.int64)
        piece[list(sequence.breaks)] = 1
        piece = piece.cumsum()
        every = np.arange(max(0, sequence.n - length + 1))
        whole = every[piece[every] == piece[every + length - 1]] if len(every) else every
        starts += (first + whole).tolist()
        numbers += [number] * len(whole)
        crossing += len(every) - len(whole)
    return Windows(torch.tensor(starts, dtype=torch.int64), torch.tensor(numbers, dtype=torch.int64), crossing)


class FrameReader(RowReader):
    """Reads windows, or a part of each: consecutive frames from the same place on, stacked along the channels.

    Args:
        found: the frames.
        starts: the first frame of each window.
        offset: of the part in its window, in frames.
        length: of the part, in frames.
        digest: of the frames, hexadecimal.
        what: where they are from, for messages.
    """

    def __init__(
        self,
        found: FrameSequences,
        starts: Int64[Tensor, " windows"],
        offset: int,
        length: int,
        digest: str,
        what: str,
    ) -> None:
        _, channels, *size = found.frames.shape
        self.what, self.dtype = what, found.frames.dtype
        self.data_shape = (length * channels, *size)
        self.digest = hashlib.sha256(f"{digest} {offset} {length}".encode() + starts.numpy().tobytes()).hexdigest()
        self._found, self._places = found, starts + offset
        self._steps = torch.arange(length)

    def read(self, places: Int64[Tensor, " m"]) -> Shaped[Tensor, "m channels height width"]:
        """Some of the windows, (m, length · channels, height, width)."""
        chosen = (self._places[places][:, None] + self._steps).flatten()
        return self._found.take(chosen).view(len(places), *self.data_shape)


def past_and_future(
    found: FrameSequences, windows: Windows, past: int, future: int, what: str
) -> tuple[FileRows, FileRows]:
    """The past and the future of each window, (n, past · channels, height, width) and (n, future · channels, …).

    Args:
        found: the frames.
        windows: of past + future frames.
        past: frames that are known.
        future: frames that come next.
        what: where they are from, for messages.
    """
    digest = _digest(found)
    places = torch.arange(len(windows.starts))
    return (
        FileRows(FrameReader(found, windows.starts, 0, past, digest, what), places),
        FileRows(FrameReader(found, windows.starts, past, future, digest, what), places),
    )


def _digest(found: FrameSequences) -> str:
    digest = hashlib.sha256(found.frames.contiguous().numpy().data.cast("B"))
    if found.order is not None:
        digest.update(found.order.numpy().tobytes())
    return digest.hexdigest()
