"""Many interleaved stacks of symbols that share one row of words: what a table says takes few bits."""

from typing import Any

import numpy as np
import numpy.typing as npt

from autoencode.compression.container import DamagedError

Integers = npt.NDArray[Any]
"""Whole numbers, of 32 or 64 bits."""
PRECISION = 16
"""Bits that the frequencies of a table add up to."""
_LOWEST = 1 << 16
_SYMBOLS_A_LANE = 4_096
_MAX_LANES = 1_024


def lanes_for(symbols: int) -> int:
    """How many lanes so many symbols are spread over: their ends are then little of a file."""
    return int(min(_MAX_LANES, max(1, symbols // _SYMBOLS_A_LANE)))


class LaneEncoder:
    """Symbols that are pushed in reverse, so that `LaneDecoder` pops them in order.

    A state is a number from 2¹⁶ to 2³²; what does not fit leaves it in words of 16 bits. A symbol is an interval of
    [0, 2¹⁶). Call `push` with the last symbols first.

    Args:
        lanes: as many as `lanes_for` gives.

    References:
        Giesen, "Interleaved entropy coders", arXiv:1402.3392, 2014.
    """

    def __init__(self, lanes: int) -> None:
        self._state = np.full(lanes, _LOWEST, np.uint64)
        self._words = list[npt.NDArray[np.uint16]]()

    def push(self, start: Integers, width: Integers) -> None:
        """Pushes symbols, of which the first will be popped first.

        Args:
            start: (n,) where each one's interval begins.
            width: (n,) of the intervals, 1 or more.
        """
        lanes, bits = len(self._state), np.uint64(PRECISION)
        first, wide = start.astype(np.uint64), width.astype(np.uint64)
        limit = wide << np.uint64(32 - PRECISION)
        for at in reversed(range(0, len(first), lanes)):
            own, most = wide[at : at + lanes], limit[at : at + lanes]
            state = self._state[: len(own)]
            full = np.flatnonzero(state >= most)
            if len(full):
                out = state[full]
                self._words.append(out.astype(np.uint16)[::-1])
                state[full] = out >> bits
            whole, rest = np.divmod(state, own)
            whole <<= bits
            whole += rest
            whole += first[at : at + lanes]
            state[:] = whole

    def to_bytes(self) -> bytes:
        """The states, then the words in the order in which they are read, little-endian."""
        words = np.concatenate([*self._words, np.zeros(0, np.uint16)])[::-1]
        return self._state.astype("<u4").tobytes() + words.astype("<u2").tobytes()


class LaneDecoder:
    """Pops the symbols of a `LaneEncoder`.

    Args:
        payload: as `LaneEncoder.to_bytes` gave it.
        lanes: how many.

    Raises:
        DamagedError: bytes that no encoder could have written.
    """

    def __init__(self, payload: bytes, lanes: int) -> None:
        if len(payload) < 4 * lanes or len(payload) % 2:
            raise DamagedError("a block of a picture is too short")
        self._state = np.frombuffer(payload, "<u4", lanes).astype(np.uint64)
        if (self._state < _LOWEST).any():
            raise DamagedError("a block of a picture begins with a state out of its range")
        self._words = np.frombuffer(payload, "<u2", offset=4 * lanes).astype(np.uint64)
        self._at = 0

    def pop(self, tables: "Tables", which: Integers) -> Integers:
        """Pops symbols of the tables of these numbers."""
        lanes, mask, bits = len(self._state), np.uint64((1 << PRECISION) - 1), np.uint64(PRECISION)
        symbols = np.empty(len(which), np.int64)
        for at in range(0, len(which), lanes):
            table = which[at : at + lanes]
            state = self._state[: len(table)]
            slot = (state & mask).astype(np.int64)
            symbol, start, width = tables.find(table, slot)
            symbols[at : at + lanes] = symbol
            state >>= bits
            state *= width.astype(np.uint64)
            state += (slot - start).astype(np.uint64)
            empty = np.flatnonzero(state < _LOWEST)
            if len(empty):
                words = self._words[self._at : self._at + len(empty)]
                if len(words) < len(empty):
                    raise DamagedError("a block of a picture ends too early")
                self._at += len(empty)
                state[empty] = (state[empty] << bits) | words
        return symbols

    def check_end(self) -> None:
        """Raises `DamagedError` unless everything was popped, and nothing else."""
        if self._at != len(self._words) or (self._state != _LOWEST).any():
            raise DamagedError("a block of a picture holds other symbols than it should")


class Tables:
    """Frequencies of symbols, as many tables as wanted.

    Args:
        cumulative: (tables, symbols + 1) from 0 to 2¹⁶; after the last symbol of a table 2¹⁶ is repeated.
    """

    _COARSE = 8

    def __init__(self, cumulative: Integers) -> None:
        self.cumulative = np.ascontiguousarray(cumulative, np.int32)
        self._flat, self._row = self.cumulative.reshape(-1), cumulative.shape[1]
        edges = np.arange((1 << self._COARSE) + 1) << (PRECISION - self._COARSE)
        edges[-1] -= 1
        found = [np.searchsorted(row, edges, side="right") - 1 for row in self.cumulative]
        coarse = np.stack(found) + np.arange(len(found))[:, None] * self._row
        self._low = np.ascontiguousarray(coarse[:, :-1], np.int32).reshape(-1)
        self._span = np.ascontiguousarray(coarse[:, 1:] - coarse[:, :-1], np.int32).reshape(-1)

    def interval(self, which: Integers, symbols: Integers) -> tuple[Integers, Integers]:
        """Where the intervals of symbols begin, and how wide they are."""
        place = which * self._row + symbols
        start = self._flat[place]
        return start, self._flat[place + 1] - start

    def find(self, which: Integers, slot: Integers) -> tuple[Integers, Integers, Integers]:
        """The symbols whose intervals hold these slots, where they begin, and how wide they are."""
        bucket = (which << self._COARSE) + (slot >> (PRECISION - self._COARSE))
        place, span = self._low[bucket], self._span[bucket]
        todo = np.flatnonzero(span)
        if len(todo):
            place[todo] = self._search(place[todo], span[todo], slot[todo])
        start = self._flat[place]
        return place - which * self._row, start, self._flat[place + 1] - start

    def _search(self, low: Integers, span: Integers, slot: Integers) -> Integers:
        """By halves, the last place from `low` to `low + span` whose start is not above the slot."""
        high = low + span
        for _ in range(int(span.max()).bit_length()):
            middle = (low + high + 1) >> 1
            right = self._flat[middle] <= slot
            low = np.where(right, middle, low)
            high = np.where(right, high, middle - 1)
        return low
