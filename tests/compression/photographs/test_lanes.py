"""Interleaved stacks and their tables."""

import numpy as np
import pytest

from autoencode.compression.container import DamagedError
from autoencode.compression.photographs.ladder import SCALES, TAILS, ladder, scale_of
from autoencode.compression.photographs.lanes import LaneDecoder, LaneEncoder, Tables, lanes_for


@pytest.mark.parametrize("count", [0, 1, 5, 4_096, 30_001])
def test_symbols_come_back_in_as_many_bits_as_their_tables_say(count):
    random = np.random.default_rng(count)
    step, tail = random.integers(0, SCALES, count), random.integers(0, len(TAILS), count)
    prediction = random.integers(-3_000, 3_000, count)
    whole, which = ladder().place(prediction, step, tail)
    scale = np.array([scale_of(number) for number in step.tolist()])
    residuals = np.rint(random.logistic(size=count) * scale + prediction / 8).astype(np.int64) - whole
    encoder = LaneEncoder(lanes_for(count))
    ladder().push(encoder, residuals, which)
    payload = encoder.to_bytes()
    decoder = LaneDecoder(payload, lanes_for(count))
    assert np.array_equal(ladder().pop(decoder, which), residuals)
    decoder.check_end()
    assert 8 * len(payload) <= ladder().bits(residuals, which).sum() * 1.003 + 40 * lanes_for(count)


def test_values_beyond_a_table_come_back():
    residuals = np.array([0, 900, -900, 3, 511, -511])
    which = ladder().place(np.zeros(6, np.int64), np.zeros(6, np.int64), np.zeros(6, np.int64))[1]
    encoder = LaneEncoder(1)
    ladder().push(encoder, residuals, which)
    decoder = LaneDecoder(encoder.to_bytes(), 1)
    assert np.array_equal(ladder().pop(decoder, which), residuals)


def test_frequencies_add_up_and_none_is_zero():
    cumulative = ladder().tables.cumulative
    widths = np.diff(cumulative, axis=1)
    assert (cumulative[:, 0] == 0).all()
    assert (cumulative[:, -1] == 1 << 16).all()
    for row in widths:
        used = np.flatnonzero(row)
        assert (row[: used[-1] + 1] > 0).all()


def test_a_slot_finds_the_symbol_whose_interval_holds_it():
    tables = Tables(np.array([[0, 1, 3, 40_000, 1 << 16, 1 << 16], [0, 65_530, 65_531, 65_535, 1 << 16, 1 << 16]]))
    slots = np.array([0, 1, 2, 3, 39_999, 40_000, 65_529, 65_530, 65_531, 65_534, 65_535])
    for table, wanted in ((0, [0, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3]), (1, [0, 0, 0, 0, 0, 0, 0, 1, 2, 2, 3])):
        symbols, start, width = tables.find(np.full(len(slots), table), slots)
        assert symbols.tolist() == wanted
        assert ((start <= slots) & (slots < start + width)).all()


def test_bytes_that_no_encoder_wrote_are_refused():
    for payload in (b"", b"\0" * 3, b"\0" * 4, b"\0" * 5):
        with pytest.raises(DamagedError):
            LaneDecoder(payload, 1)
    decoder = LaneDecoder(b"\0\0\2\0\1\0", 1)
    with pytest.raises(DamagedError, match="other symbols"):
        decoder.check_end()
