"""Asymmetric numeral systems: stacks of symbols in as many bits as their probabilities ask for."""

import numpy as np
import numpy.typing as npt

from autoencode.errors import DataError

Words = npt.NDArray[np.uint32]
Integers = npt.NDArray[np.int64]
_LOWEST = np.uint64(1 << 31)
_BOTTOM = np.uint64(0xB7E15162)
"""The state of an empty stack: arbitrary bits, so that what is popped first is a draw like any other (from e)."""
_WORD = np.uint64(32)
_WORD_MASK = np.uint64(0xFFFFFFFF)
MAX_PRECISION = 30
"""The most bits that the frequencies of one symbol's alphabet may add up to."""


class Stacks:
    """Stacks of symbols, one for each stream, that take a symbol each at a time.

    A symbol is the interval [start, start + frequency) of [0, 2^precision). Pushing one takes log₂(2^precision /
    frequency) bits, popping one gives them back; what is pushed last is popped first. An empty stack can be popped too:
    it gives arbitrary bits, which lie at its bottom ever after.

    A state is a number from 2³¹ to 2⁶³; what does not fit leaves it in words of 32 bits.

    Args:
        streams: the bytes of each, as `to_bytes` gave them, or the number of empty ones.

    Raises:
        DataError: bytes that no stack could have written.

    References:
        Duda, "Asymmetric numeral systems", arXiv:1311.2540, 2013; Giesen, "Interleaved entropy coders",
        arXiv:1402.3392, 2014.
    """

    def __init__(self, streams: int | list[bytes]) -> None:
        count = streams if isinstance(streams, int) else len(streams)
        self._state = np.full(count, _BOTTOM, np.uint64)
        self._filled = np.zeros(count, np.int64)
        self._words: Words = np.zeros((count, 256), np.uint32)
        self._drawn = np.zeros(count, np.int64)
        if not isinstance(streams, int):
            for row, stream in enumerate(streams):
                self._load(row, stream)

    def _load(self, row: int, stream: bytes) -> None:
        if len(stream) < 8 or len(stream) % 4:
            raise DataError(f"a stream of {len(stream):,} bytes, which is not 8 and a multiple of 4")
        words = np.frombuffer(stream, "<u4", offset=8).astype(np.uint32)
        state = np.frombuffer(stream, "<u8", 1)[0].astype(np.uint64)
        if not int(_LOWEST) <= int(state) < 1 << 63:
            raise DataError("a stream begins with a state out of its range")
        self._reserve(len(words))
        self._state[row], self._filled[row] = state, len(words)
        self._words[row, : len(words)] = words

    def _reserve(self, words: int) -> None:
        if words > self._words.shape[1]:
            more = max(words, 2 * self._words.shape[1]) - self._words.shape[1]
            self._words = np.pad(self._words, ((0, 0), (0, more)))

    def to_bytes(self) -> list[bytes]:
        """Each stack: its state in 8 bytes, then its words, little-endian."""
        return [
            int(state).to_bytes(8, "little") + self._words[row, :filled].astype("<u4").tobytes()
            for row, (state, filled) in enumerate(zip(self._state, self._filled, strict=True))
        ]

    def push(self, start: Integers, frequency: Integers, precision: int, rows: slice | Integers = slice(None)) -> None:
        """Pushes a symbol on each of the stacks in `rows`."""
        first, wide = start.astype(np.uint64), frequency.astype(np.uint64)
        state, bits = self._state[rows], np.uint64(precision)
        full = state >= wide << np.uint64(63 - precision)
        if full.any():
            at = np.arange(len(self._state))[rows][full]
            self._reserve(int(self._filled[at].max()) + 1)
            self._words[at, self._filled[at]] = (state[full] & _WORD_MASK).astype(np.uint32)
            self._filled[at] += 1
            state = np.where(full, state >> _WORD, state)
        self._state[rows] = ((state // wide) << bits) + state % wide + first

    def top(self, precision: int, rows: slice | Integers = slice(None)) -> Integers:
        """The number in [0, 2^precision) that lies in the interval of the symbol on top."""
        return (self._state[rows] & np.uint64((1 << precision) - 1)).astype(np.int64)

    def drop(self, start: Integers, frequency: Integers, precision: int, rows: slice | Integers = slice(None)) -> None:
        """Takes away the symbol on top, whose interval `top` has led to."""
        first, wide = start.astype(np.uint64), frequency.astype(np.uint64)
        state, bits = self._state[rows], np.uint64(precision)
        low = state & np.uint64((1 << precision) - 1)
        state = wide * (state >> bits) + low - first
        empty = state < _LOWEST
        if empty.any():
            at = np.arange(len(self._state))[rows][empty]
            state[empty] = (state[empty] << _WORD) | self._pull(at).astype(np.uint64)
        self._state[rows] = state

    def mask(self, number: int, words: int, rows: slice | Integers = slice(None)) -> None:
        """Flips bits of what is popped next, by a pattern that looks random; the same call again undoes it.

        What is popped after it does not depend on how what was pushed before it was distributed.

        Args:
            number: of the pattern.
            words: how many are flipped, beside the state below its highest bit.
            rows: of which stacks.
        """
        at, pattern = np.arange(len(self._state))[rows], _arbitrary(np.arange(words + 2) + number * (words + 2))
        below = self._state[at] >> np.uint64(1)
        for shift in (1, 2, 4, 8, 16, 32):
            below |= below >> np.uint64(shift)
        self._state[at] ^= below & (pattern[0].astype(np.uint64) << _WORD | pattern[1].astype(np.uint64))
        for depth in range(words):
            place = self._filled[at] - 1 - depth
            has = place >= 0
            self._words[at[has], place[has]] ^= pattern[2 + depth]

    def _pull(self, at: Integers) -> Words:
        """A word from each of these stacks, or an arbitrary one where a stack is empty."""
        self._filled[at] -= 1
        has = self._filled[at] >= 0
        words = self._words[at, np.maximum(self._filled[at], 0)]
        if not has.all():
            self._filled[at[~has]] = 0
            self._drawn[at[~has]] += 1
            words = np.where(has, words, _arbitrary(self._drawn[at]))
        return words


def _arbitrary(number: Integers) -> Words:
    """The same word for the same number, with bits like those of a random one (the finaliser of SplitMix64)."""
    mixed = number.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    return ((mixed ^ (mixed >> np.uint64(27))) >> _WORD).astype(np.uint32)
