"""What is decided before the first step."""

import pytest

from autoencode.errors import ArgumentError
from autoencode.runs.plan import Plan
from autoencode.settings import Settings
from autoencode.training.planning import check_not_behind, describe_changes, planned_steps

PLAN = Plan(device="cpu", hardware="a processor", threads=2, precision="float32", max_steps=9, total_steps=7)


@pytest.mark.parametrize(
    ("settings", "steps"),
    [
        ({"epochs": 3, "min_steps": 100}, 104),
        ({"epochs": 30, "min_steps": 100}, 240),
        ({"epochs": 30, "steps": 7, "min_steps": 100}, 7),
        ({"epochs": None, "steps": 7}, 7),
        ({"epochs": 30, "max_steps": 100}, 100),
        ({"epochs": 3, "max_steps": 100}, 24),
        ({"epochs": 3, "min_steps": 90, "max_steps": 100}, 96),
        ({"epochs": None, "minutes": 1.0, "max_steps": 100}, None),
        ({"epochs": None, "minutes": 1.0, "min_steps": 100}, None),
    ],
)
def test_steps_are_those_that_are_set_or_whole_epochs(settings, steps):
    assert planned_steps(Settings(**settings), steps_per_epoch=8) == steps


def test_a_training_does_not_go_back():
    check_not_behind(Settings(steps=8), 8, 8, 2.0)
    check_not_behind(Settings(epochs=None, minutes=1.0), None, 8, 2.0)
    with pytest.raises(ArgumentError, match=r"--steps 7 is less than the 8 steps \(2 epochs\)"):
        check_not_behind(Settings(steps=7), 7, 8, 2.0)
    with pytest.raises(ArgumentError, match="--epochs 1 is less than"):
        check_not_behind(Settings(epochs=1), 4, 8, 2.0)


def test_only_what_changes_the_rounding_is_reported():
    assert describe_changes(PLAN, PLAN.replace(total_steps=9, minutes=3.0)) is None
    changes = describe_changes(PLAN, PLAN.replace(threads=1, kernels=True))
    assert changes == (
        "the last digits will differ from those of an uninterrupted training: threads 2 before and 1 now, "
        "this library's kernels off before and on now"
    )
