import pytest

from autoencode.errors import ArgumentError
from autoencode.objectives import Warmup
from autoencode.objectives.schedules import at


@pytest.mark.parametrize(
    ("step", "weight"), [(0, 0.0), (1, 0.004), (250, 1.0), (999, 3.996), (1000, 4.0), (10**9, 4.0), (None, 4.0)]
)
def test_warmup_is_a_straight_line_to_its_final_value(step: int | None, weight: float) -> None:
    assert Warmup(1000, final=4.0)(step) == pytest.approx(weight, rel=1e-14)


@pytest.mark.parametrize("step", [0, 1, None])
def test_no_warmup_is_the_final_value_from_the_start(step: int | None) -> None:
    assert Warmup(0, 0.5)(step) == 0.5


def test_a_negative_warmup_is_an_error() -> None:
    with pytest.raises(ArgumentError, match="0 steps or more"):
        Warmup(-1)


def test_a_weight_is_a_number_or_a_schedule() -> None:
    assert at(3.0, 5) == 3.0
    assert at(lambda step: 2.0 * step, 5) == 10.0
