import pytest

from autoencode.data.options import read_size
from autoencode.errors import ArgumentError


@pytest.mark.parametrize(
    ("given", "size"),
    [
        (None, None),
        (32, (32, 32)),
        ("64x96", (64, 96)),
        ("64X96", (64, 96)),
        ("8", (8, 8)),
        ([3, 4], (3, 4)),
        ((3, 4), (3, 4)),
    ],
)
def test_sizes_as_people_give_them(given, size):
    assert read_size(given) == size


@pytest.mark.parametrize("given", ["", "x", "64x", "64x64x3", "-1x4", "0x4", 0, -3, (1, 2, 3), (), (0, 4), 10**6])
def test_other_sizes_are_refused(given):
    with pytest.raises(ArgumentError, match=r"--size takes height x width in pixels, such as 64x64, not"):
        read_size(given)
