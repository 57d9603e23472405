import math

import pytest

from autoencode.corruptions.amount import AmountRange, parse_amount
from autoencode.errors import ArgumentError


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0.1", 0.1),
        ("30", 30.0),
        ("-1", -1.0),
        ("1e-2", 0.01),
        ("0.05..0.3", (0.05, 0.3)),
        (".1...3", (0.1, 0.3)),
        ("2..1", (2.0, 1.0)),
    ],
)
def test_numbers_and_ranges_are_read(text, amount):
    assert parse_amount(text) == amount


@pytest.mark.parametrize("text", ["", "much", "1..", "..1", "1..2..3", "0,1", "nan", "inf", "1..inf", "0.1.2", "1-2"])
def test_anything_else_is_none(text):
    assert parse_amount(text) is None


def test_a_scale_says_what_a_picture_can_draw():
    fixed, sample_from_low = AmountRange("a share", 0.0, 1.0), AmountRange("a width", 0.5, 9.0, sample_from_low=True)
    assert fixed.bounds(0.3) == (0.3, 0.3)
    assert fixed.bounds((0.1, 0.4)) == (0.1, 0.4)
    assert sample_from_low.bounds(3.0) == (0.5, 3.0)
    assert sample_from_low.bounds((2.0, 3.0)) == (2.0, 3.0)


@pytest.mark.parametrize("amount", [0.0, 1.0, (0.0, 1.0), (0.5, 0.5)])
def test_the_ends_of_a_scale_belong_to_it(amount):
    AmountRange("a share", 0.0, 1.0).check(amount, "dust")


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (-0.01, "dust takes a share, 0 to 1, not -0.01"),
        (1.01, "not 1.01"),
        (math.nan, "not nan"),
        ((0.2, 3.0), "not 3"),
        ((-2.0, 0.3), "not -2"),
        ((0.4, 0.2), "dust takes a range from less to more, not 0.4..0.2"),
    ],
)
def test_what_lies_outside_is_an_error(amount, said):
    with pytest.raises(ArgumentError, match=said):
        AmountRange("a share", 0.0, 1.0).check(amount, "dust")
