"""The report at the end of a training is of the steps that were made."""

import pytest

from autoencode.runs.plan import Plan
from autoencode.runs.record import Status
from autoencode.training import History, TrainingFinished

PLAN = Plan(device="cpu", hardware="a processor", threads=1, precision="float32", max_steps=2_000, total_steps=2_000)


def ended(step, status=Status.COMPLETE, seconds=90.0, **changes):
    return TrainingFinished(History(status=status), step, 400, PLAN.replace(**changes), seconds)


def test_steps_epochs_and_time_are_those_made():
    assert str(ended(2_000)) == "training complete after 2,000 steps (5 epochs) in 1.5 minutes"
    assert str(ended(1, Status.INTERRUPTED, 3.2)) == "training interrupted after 1 step (0.0025 epochs) in 3 seconds"
    assert str(ended(400, Status.STOPPED_EARLY)) == "training stopped early after 400 steps (1 epoch) in 1.5 minutes"


@pytest.mark.parametrize(
    ("step", "nothing"), [(7, True), (99, True), (100, False), (500, False)]
)  # a twentieth is 100 steps, an epoch 400
def test_too_few_steps_in_the_time_are_reported(step, nothing):
    event = ended(step)
    assert event.shortfall == f"{step} of about 2,000 steps fitted into the time"
    assert event.learned_nothing is nothing


def test_a_training_that_made_all_its_steps_lacks_nothing():
    assert ended(2_000).shortfall is None
    assert ended(7, max_steps=None).shortfall is None
    assert ended(7, Status.INTERRUPTED).shortfall is None
    assert not ended(7, Status.INTERRUPTED).learned_nothing
