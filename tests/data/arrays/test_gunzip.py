import gzip

import pytest

from autoencode.data.arrays.gunzip import gunzip, gunzip_start, is_gzip
from autoencode.errors import DataError


def test_unpacks_one_member_and_several():
    assert gunzip(gzip.compress(b"abc"), 3) == b"abc"
    assert gunzip(gzip.compress(b"abc") + gzip.compress(b"de"), 5) == b"abcde"
    assert gunzip(gzip.compress(b""), 0) == b""


def test_a_bomb_is_stopped():
    bomb = gzip.compress(bytes(10_000_000))
    with pytest.raises(DataError, match=r"b.gz unpacks to more than the 1,000 bytes"):
        gunzip(bomb, 1000, "b.gz")
    with pytest.raises(DataError, match=r"more than the 4 bytes"):
        gunzip(gzip.compress(b"abc") + gzip.compress(b"de"), 4)


def test_a_stream_that_is_cut_off():
    packed = gzip.compress(bytes(range(256)) * 10)
    for end in (len(packed) - 1, len(packed) // 2, 11):
        with pytest.raises(DataError, match=r"is cut off: its gzip stream has no end"):
            gunzip(packed[:end], 10_000)


@pytest.mark.parametrize(
    "packed",
    [b"plain text", gzip.compress(b"abc") + b"trailing", b"\x1f\x8b\x08\xff" + bytes(20)],
    ids=["plain text", "trailing", "unknown flags"],  # not the content, in which there is a time
)
def test_what_is_no_gzip(packed):
    with pytest.raises(DataError, match=r"is no gzip file, or is damaged|is cut off"):
        gunzip(packed, 100)


def test_a_wrong_checksum_inside():
    packed = bytearray(gzip.compress(b"abcdefgh"))
    packed[-6] ^= 1
    with pytest.raises(DataError, match=r"damaged"):
        gunzip(bytes(packed), 100)


def test_nothing_at_all():
    with pytest.raises(DataError, match=r"cut off"):
        gunzip(b"", 100)


def test_the_start_alone():
    packed = gzip.compress(bytes(10_000_000))
    assert gunzip_start(packed, 16) == bytes(16)
    assert gunzip_start(gzip.compress(b"abc"), 16) == b"abc"
    assert is_gzip(packed)
    assert not is_gzip(b"0 1 0")
