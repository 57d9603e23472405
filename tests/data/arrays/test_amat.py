import numpy as np
import pytest

from autoencode.data.arrays.amat import read_amat
from autoencode.errors import DataError


def test_reads_lines_of_digits():
    digits = np.random.default_rng(0).integers(0, 2, (50, 12))
    text = "".join(" ".join(map(str, row)) + "\n" for row in digits).encode()
    assert np.array_equal(read_amat(text, 12), digits)


@pytest.mark.parametrize("text", [b"0 2\n", b"0,1\n", b"0 1 ", b"0 a\n", b" 0\n1", b"0 \xff\n"])
def test_other_text_is_refused(text):
    with pytest.raises(DataError, match=r"is not made of lines of 2 zeros and ones"):
        read_amat(text, 2)


@pytest.mark.parametrize("text", [b"", b"0 1", b"0 1\n0"])
def test_incomplete_lines_are_refused(text):
    with pytest.raises(DataError, match=r"bytes; lines of 2 digits have 4 each"):
        read_amat(text, 2)
