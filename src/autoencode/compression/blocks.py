"""Examples of many files in blocks, and back."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

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
    white = codec.levels - 1
    streams = [torch.from_numpy(block.levels.astype(np.float32) / white) for block in blocks]
    payloads, decisions = codec.encode(streams, on_step)
    described = list[tuple[Json, bytes]]()
    for block, payload, decided in zip(blocks, payloads, decisions, strict=True):
        meta: dict[str, Any] = {
            "kind": EXAMPLES,
            "parts": [[part.file, part.first, part.count] for part in block.parts],
            "digest": digest(block.levels.tobytes()).hex(),
        }
        described.append((meta | ({"decisions": decided} if decided else {}), payload))
    return described


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
    lengths = [sum(part.count for part in of_block) for of_block in parts]
    decisions = [unpack_decisions(_decisions_of(block)) for block in blocks]
    found = codec.decode([block.payload for block in blocks], lengths, decisions, on_step)
    examples = [ExampleBlock(of, levels.astype(np.uint8)) for of, levels in zip(parts, found, strict=True)]
    for block, decoded in zip(blocks, examples, strict=True):
        if digest(decoded.levels.tobytes()).hex() != block.meta.get("digest"):
            raise DamagedError(
                "a block gives other examples than those that were compressed: it is damaged, or this computer "
                "computes other numbers"
            )
    return examples


def _decisions_of(block: Block) -> list[int]:
    decisions = block.meta.get("decisions", [])
    if not isinstance(decisions, list) or not all(type(number) is int for number in decisions):
        raise DamagedError("the description of a block of examples is damaged")
    return decisions
