import math

import pytest

from autoencode.training import lr_schedules


@pytest.mark.parametrize("name", list(lr_schedules))
def test_stays_between_nothing_and_the_highest(name):
    values = [lr_schedules[name](done / 1000) for done in range(1, 1000)]
    assert min(values) > 0
    assert max(values) <= 1
    assert max(values) > 0.99


@pytest.mark.parametrize(
    ("name", "done", "value"),
    [
        ("constant", 0.3, 1.0),
        ("linear", 0.025, 0.5),
        ("linear", 0.05, 1.0),
        ("linear", 0.525, 0.5),
        ("linear", 1.0, 0.0),
        ("cosine", 0.025, 0.5),
        ("cosine", 0.525, 0.5),
        ("cosine", 1.0, 0.0),
        ("one-cycle", 0.0, 0.04),
        ("one-cycle", 0.3, 1.0),
        ("one-cycle", 0.65, 0.5),
    ],
)
def test_values(name, done, value):
    assert math.isclose(lr_schedules[name](done), value, abs_tol=1e-12)
