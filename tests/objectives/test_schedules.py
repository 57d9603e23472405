import pytest

from autoencode.errors import ArgumentError
from autoencode.objectives import Cyclical, Warmup
from autoencode.objectives.schedules import schedule_value


@pytest.mark.parametrize(
    ("step", "weight"), [(0, 0.0), (1, 0.004), (250, 1.0), (999, 3.996), (1000, 4.0), (10**9, 4.0), (None, 4.0)]
)
def test_warmup_is_a_straight_line_to_its_final_value(step: int | None, weight: float) -> None:
    assert Warmup(1000, final=4.0)(step) == pytest.approx(weight, rel=1e-14)


@pytest.mark.parametrize("step", [0, 1, None])
def test_no_warmup_is_the_final_value_from_the_start(step: int | None) -> None:
    assert Warmup(0, 0.5)(step) == 0.5


@pytest.mark.parametrize(("step", "weight"), [(0, 0.8), (500, 2.4), (1000, 4.0), (None, 4.0)])
def test_a_warmup_may_start_from_a_share_of_its_final_value(step: int | None, weight: float) -> None:
    assert Warmup(1000, final=4.0, start=0.2)(step) == pytest.approx(weight, rel=1e-14)


def test_a_warmup_starts_from_a_share() -> None:
    with pytest.raises(ArgumentError, match="from a share of 0 to 1"):
        Warmup(10, start=2.0)


def test_a_negative_warmup_is_an_error() -> None:
    with pytest.raises(ArgumentError, match="must be 0 or more"):
        Warmup(-1)


def test_a_weight_is_a_number_or_a_schedule() -> None:
    assert schedule_value(3.0, 5) == 3.0
    assert schedule_value(lambda step: 2.0 * step, 5) == 10.0


CYCLES = Cyclical(100, cycles=3, rise_fraction=0.5, final=2.0)


@pytest.mark.parametrize(
    ("step", "weight"),
    [(0, 0.0), (1, 0.04), (25, 1.0), (50, 2.0), (99, 2.0), (100, 0.0), (225, 1.0), (299, 2.0), (300, 2.0), (325, 2.0)],
)
def test_a_cyclical_weight_rises_again_in_each_cycle_and_then_stays(step: int, weight: float) -> None:
    assert CYCLES(step) == pytest.approx(weight, rel=1e-14)


def test_a_cyclical_weight_is_the_papers_for_every_step() -> None:
    total, cycles, rise_fraction = 1200, 4, 0.3
    for t in range(1, total + 1):  # the paper counts from 1
        tau = ((t - 1) % (total // cycles)) / (total / cycles)
        assert Cyclical(300, cycles, rise_fraction)(t - 1) == pytest.approx(min(1.0, tau / rise_fraction), rel=1e-12)


def test_a_cyclical_weight_has_its_final_value_in_evaluation() -> None:
    assert CYCLES(None) == 2.0


@pytest.mark.parametrize("wrong", [{"period": 0}, {"cycles": 0}, {"rise_fraction": 0.0}, {"rise_fraction": 1.1}])
def test_a_cycle_of_no_length_is_an_error(wrong: dict) -> None:
    with pytest.raises(ArgumentError, match="Cyclical needs"):
        Cyclical(**{"period": 10, **wrong})
