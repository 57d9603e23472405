import gzip
import struct

import numpy as np
import pytest

from autoencode.data.arrays.idx import read_idx
from autoencode.errors import DataError


def idx(shape: tuple[int, ...], body: bytes, kind: int = 8) -> bytes:
    return gzip.compress(struct.pack(f">BBBB{len(shape)}I", 0, 0, kind, len(shape), *shape) + body)


@pytest.mark.parametrize("shape", [(5,), (2, 3), (2, 3, 4), (2, 1, 3, 4)])
def test_reads_any_shape(shape):
    array = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    assert np.array_equal(read_idx(idx(shape, array.tobytes())), array)


def test_fewer_bytes_than_announced():
    with pytest.raises(DataError, match=r"f is cut off: 17 bytes where its header announces 18"):
        read_idx(idx((2, 3), bytes(5)), "f")


def test_more_bytes_than_announced():
    with pytest.raises(DataError, match=r"f unpacks to more than the 18 bytes"):
        read_idx(idx((2, 3), bytes(7)), "f")


def test_an_absurd_header_is_refused_before_anything_is_unpacked():
    with pytest.raises(DataError, match=r"announces .* bytes, more than any IDX file"):
        read_idx(idx((2**32 - 1, 2**32 - 1), b""))


@pytest.mark.parametrize(
    "content",
    [b"", b"\0\0\x08", b"GIF89a..........", struct.pack(">BBBBI", 0, 0, 13, 1, 1), b"\0\0\x08\0", b"\0\0\x08\x03abcd"],
)
def test_other_files(content):
    with pytest.raises(DataError, match=r"is no IDX file of bytes: it begins with"):
        read_idx(gzip.compress(content))


def test_no_gzip():
    with pytest.raises(DataError, match=r"no gzip file"):
        read_idx(b"\0\0\x08\x01\0\0\0\x01\0")
