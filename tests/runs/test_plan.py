"""What a training decides at its start."""

import json

import pytest
from pydantic import ValidationError

from autoencode.runs.plan import Plan

PLAN = Plan(device="cpu", hardware="a processor, 2 cores", threads=2, precision="float32", max_steps=9, total_steps=7)


def test_it_goes_through_json_and_changes_by_a_copy() -> None:
    assert Plan.model_validate(json.loads(json.dumps(PLAN.model_dump()))) == PLAN
    assert PLAN.replace(total_steps=9).total_steps == 9
    assert PLAN.total_steps == 7


@pytest.mark.parametrize(
    "wrong", [{"threads": 0}, {"precision": "float8"}, {"minutes": float("inf")}, {"total_steps": "many"}, {"new": 1}]
)
def test_values_that_no_training_decides_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PLAN.replace(**wrong)
