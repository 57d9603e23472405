"""Examples of many files in blocks, and back."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import torch

from autoencode.compression.bits_back import BitsBack
from autoencode.compression.container import Block, DamagedError, Json, digest
from autoencode.compression.originals import Bytes
from autoencode.compression.rounding import unpack_decisions

BLOCK_VALUES = 200_000
"""Values in a block: a few bytes for its beginning are then little, and a block is coded within a second."""
TOGETHER = 64
"""Blocks that are coded in lockstep, so that they share the network's passes."""
EXAMPLES = "examples"
LANE = 48
"""Examples of a stream, at least, where pixels are decoded one by one: a block has more streams then, in lockstep."""
_MAX_EXAMPLES = 1 << 16


@dataclass(frozen=True)
class Part:
    """Some examples of a file.

    Args:
        file: its number.
        first: the place of the first in the file.
        count: how many.
    """

    file: int
    first: int
    count: int


@dataclass(frozen=True, eq=False)
class ExampleBlock:
    """What one block holds.

    Args:
        parts: which examples.
        levels: (n, *shape), uint8.
    """

    parts: tuple[Part, ...]
    levels: Bytes


def divide(files: Iterable[tuple[int, Bytes]], per_block: int) -> Iterator[ExampleBlock]:
    """The examples of files, one file after the other, in blocks of the same number of examples but for the last.

    Args:
        files: the number and the examples of each.
        per_block: examples in a block.
    """
    parts, held, room = list[Part](), list[Bytes](), per_block
    for file, levels in files:
        done = 0
        while done < len(levels):
            count = min(room, len(levels) - done)
            parts.append(Part(file, done, count))
            held.append(np.asarray(levels[done : done + count]))
            done, room = done + count, room - count
            if not room:
                yield ExampleBlock(tuple(parts), np.concatenate(held))
                parts, held, room = [], [], per_block
    if held:
        yield ExampleBlock(tuple(parts), np.concatenate(held))


def encode_blocks(
    codec: BitsBack, blocks: Sequence[ExampleBlock], on_step: Callable[[float], None] = lambda share: None
) -> list[tuple[Json, bytes]]:
    """Each block's description and payload; `on_step` is given the share that is done."""
    white, lanes = codec.levels - 1, [_lanes(codec, len(block.levels)) for block in blocks]
    streams = [
        torch.from_numpy(part.astype(np.float32) / white)
        for block, count in zip(blocks, lanes, strict=True)
        for part in np.array_split(block.levels, count)
    ]
    payloads, decisions = codec.encode(streams, on_step)
    left, undecided = iter(payloads), iter(decisions)
    described = list[tuple[Json, bytes]]()
    for block, count in zip(blocks, lanes, strict=True):
        own, decided = list(islice(left, count)), list(islice(undecided, count))
        meta: dict[str, Any] = {
            "kind": EXAMPLES,
            "parts": [[part.file, part.first, part.count] for part in block.parts],
            "digest": digest(block.levels.tobytes()).hex(),
        }
        meta |= {"decisions": decided if count > 1 else decided[0]} if any(decided) else {}
        meta |= {"lanes": [len(payload) for payload in own]} if count > 1 else {}
        described.append((meta, b"".join(own)))
    return described


def _lanes(codec: BitsBack, examples: int) -> int:
    """How many streams a block of so many examples has."""
    return max(1, examples // LANE) if codec.is_sequential else 1


def parts_of(block: Block) -> tuple[Part, ...]:
    """Which examples a block holds.

    Raises:
        DamagedError: its description makes no sense.
    """
    parts = block.meta.get("parts")
    numbers = isinstance(parts, list) and all(
        isinstance(part, list) and len(part) == 3 and all(type(number) is int and number >= 0 for number in part)
        for part in parts
    )
    if not numbers or not parts or sum(part[2] for part in parts) > _MAX_EXAMPLES:
        raise DamagedError("the description of a block of examples is damaged")
    return tuple(Part(*part) for part in parts)


def decode_blocks(
    codec: BitsBack, blocks: Sequence[Block], on_step: Callable[[float], None] = lambda share: None
) -> list[ExampleBlock]:
    """The examples of each block, which are those that were compressed: others are never given.

    Args:
        codec: of the examples.
        blocks: of kind `EXAMPLES`.
        on_step: is given the share that is done.

    Raises:
        DamagedError: a block is damaged, or this computer or this model computes other numbers.
    """
    parts = [parts_of(block) for block in blocks]
    counts = [sum(part.count for part in of_block) for of_block in parts]
    streams = [_streams_of(block, count) for block, count in zip(blocks, counts, strict=True)]
    flat = [stream for own in streams for stream in own]
    found = iter(
        codec.decode(
            [stream.payload for stream in flat],
            [stream.length for stream in flat],
            [unpack_decisions(stream.decisions) for stream in flat],
            on_step,
        )
    )
    examples = [
        ExampleBlock(of, np.concatenate(list(islice(found, len(own)))).astype(np.uint8))
        for of, own in zip(parts, streams, strict=True)
    ]
    for block, decoded in zip(blocks, examples, strict=True):
        if digest(decoded.levels.tobytes()).hex() != block.meta.get("digest"):
            raise DamagedError(
                "a block gives other examples than those that were compressed: it is damaged, or this computer "
                "computes other numbers"
            )
    return examples


class _Stream(NamedTuple):
    payload: bytes
    length: int
    decisions: list[int]


def _streams_of(block: Block, count: int) -> list[_Stream]:
    """The streams of a block of so many examples.

    Raises:
        DamagedError: its description makes no sense.
    """
    lanes = block.meta.get("lanes", [len(block.payload)])
    if not _are_whole(lanes) or not 1 <= len(lanes) <= max(1, count) or sum(lanes) != len(block.payload):
        raise DamagedError("the description of a block of examples is damaged")
    decisions = block.meta.get("decisions", [[]] * len(lanes))
    decisions = [decisions] if len(lanes) == 1 and _are_whole(decisions) and decisions else decisions
    if not isinstance(decisions, list) or len(decisions) != len(lanes) or not all(map(_are_whole, decisions)):
        raise DamagedError("the description of a block of examples is damaged")
    ends = np.cumsum(lanes).tolist()
    lengths = [len(part) for part in np.array_split(np.arange(count), len(lanes))]
    return [
        _Stream(block.payload[end - size : end], length, own)
        for size, end, length, own in zip(lanes, ends, lengths, decisions, strict=True)
    ]


def _are_whole(numbers: object) -> bool:
    return isinstance(numbers, list) and all(type(number) is int and number >= 0 for number in numbers)
