import itertools

import pytest

from autoencode.data.video.frame_window import sliding_windows
from autoencode.errors import DataError


@pytest.mark.parametrize("reach", [0, 1, 2, 3])
@pytest.mark.parametrize("n", [6, 7, 8, 20])
def test_each_stands_among_those_around_it_and_never_beside_itself(n: int, reach: int) -> None:
    rows = list(sliding_windows(range(n), reach))
    assert [row[reach] for row in rows] == list(range(n))
    for place, row in enumerate(rows):
        for step, thing in zip(range(-reach, reach + 1), row, strict=True):
            assert thing == (place + step if 0 <= place + step < n else place - step)
            assert (thing == place) == (step == 0)


def test_a_row_is_read_no_further_than_needed() -> None:
    endless = itertools.count()
    rows = sliding_windows(endless, 2)
    assert [next(rows) for _ in range(50)][-1] == [47, 48, 49, 50, 51]
    assert next(endless) == 52


def test_too_few_are_an_error() -> None:
    with pytest.raises(DataError, match="3 frames, and a frame with 2 on either side needs at least 4"):
        list(sliding_windows("abc", 2))
