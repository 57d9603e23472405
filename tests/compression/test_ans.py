"""Stacks of symbols."""

import numpy as np
import pytest

from autoencode.compression.ans import Stacks
from autoencode.errors import DataError

PRECISION = 20


def alphabet(seed: int, count: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Starts and frequencies that fill [0, 2^20)."""
    cuts = np.sort(np.random.default_rng(seed).choice(np.arange(1, 1 << PRECISION), count - 1, replace=False))
    edges = np.concatenate([[0], cuts, [1 << PRECISION]])
    return edges[:-1], np.diff(edges)


def test_what_is_pushed_is_popped_in_the_reverse_order_and_takes_its_entropy():
    random, (starts, widths) = np.random.default_rng(0), alphabet(1)
    symbols = random.choice(len(widths), (2000, 3), p=widths / widths.sum())
    stacks = Stacks(3)
    for row in symbols:
        stacks.push(starts[row], widths[row], PRECISION)
    streams = stacks.to_bytes()
    bits = -np.log2(widths[symbols] / 2**PRECISION).sum(0)
    for stream, ideal in zip(streams, bits, strict=True):
        assert ideal <= 8 * len(stream) <= ideal + 64 + 2
    again = Stacks(streams)
    for row in symbols[::-1]:
        found = np.searchsorted(starts, again.top(PRECISION), "right") - 1
        assert np.array_equal(found, row)
        again.drop(starts[found], widths[found], PRECISION)
    assert again.to_bytes() == Stacks(3).to_bytes()


def test_the_first_bits_of_an_empty_stack_are_arbitrary_ones():
    first = Stacks(1).top(30)[0] / 2**30
    assert 0.05 < first < 0.95, "a code at the end of its posterior would cost a whole picture"


def test_rows_are_stacks_of_their_own():
    starts, widths = alphabet(2)
    alone, together = Stacks(1), Stacks(3)
    for number in range(50):
        symbol = np.array([number % 40])
        alone.push(starts[symbol], widths[symbol], PRECISION)
        together.push(starts[symbol], widths[symbol], PRECISION, np.array([1]))
    assert together.to_bytes()[1] == alone.to_bytes()[0]
    assert together.to_bytes()[0] == Stacks(1).to_bytes()[0]


def test_an_empty_stack_gives_bits_that_pushing_puts_back():
    stacks = Stacks(2)
    popped = []
    for _ in range(20):
        popped.append(stacks.top(14))
        stacks.drop(popped[-1], np.ones(2, np.int64), 14)
    assert len({int(p[0]) for p in popped}) > 15, "bits that look like random ones"
    for symbol in popped[::-1]:
        stacks.push(symbol, np.ones(2, np.int64), 14)
    again = Stacks(stacks.to_bytes())
    for symbol in popped:
        assert np.array_equal(again.top(14), symbol)
        again.drop(symbol, np.ones(2, np.int64), 14)


@pytest.mark.parametrize("stream", [b"", b"1234567", b"123456789", b"\0" * 8, b"\xff" * 8])
def test_bytes_that_no_stack_has_written_are_refused(stream):
    with pytest.raises(DataError, match="stream"):
        Stacks([stream])


def test_a_mask_is_undone_by_itself_and_makes_zeros_look_random():
    stacks = Stacks(2)
    for count in range(50):
        stacks.push(np.zeros(2, np.int64), np.array([1, 1 + count % 2]), 24)
    before = stacks.to_bytes()
    stacks.mask(7, 20, np.array([1]))
    masked = stacks.to_bytes()
    assert masked[0] == before[0]
    assert masked[1] != before[1]
    assert abs(np.unpackbits(np.frombuffer(masked[1][-80:], np.uint8)).mean() - 0.5) < 0.08
    Stacks(masked)  # its states are still in their range
    stacks.mask(7, 20, np.array([1]))
    assert stacks.to_bytes() == before
