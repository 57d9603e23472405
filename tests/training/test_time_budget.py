"""How many steps fit into a time."""

import itertools
import sys
import types

import pytest

from autoencode.runs.folder import RunFolder
from autoencode.settings import Settings
from autoencode.training import PlanChanged, fit, trainer
from autoencode.training.time_budget import TimeBudget
from support.reporters import OnEvent


def test_a_plan_that_is_right_within_a_twentieth_is_kept():
    budget = TimeBudget(minutes=1.0, steps=100, steps_per_epoch=10)
    for _ in range(10):
        budget.add_step(0.58)  # 60 s / 0.58 s are 103 steps
    assert not budget.plan(step=10, seconds=5.8)
    assert budget.steps == 100


def test_a_plan_made_while_the_machine_was_busy_is_corrected():
    budget = TimeBudget(minutes=1.0, steps=10, steps_per_epoch=1000)
    for _ in range(4):
        budget.add_step(0.5)
    assert budget.plan(step=4, seconds=2.0)
    assert budget.steps == 120


def test_validations_take_their_share():
    budget = TimeBudget(minutes=1.0, steps=1000, steps_per_epoch=10)
    for _ in range(10):
        budget.add_step(0.5)
    budget.add_validation(5.0)
    assert budget.plan(step=10, seconds=10.0)
    assert budget.steps == 10 + 50  # half a second for a step, and as much for its share of a validation


def test_time_before_a_resume_counts():
    budget = TimeBudget(minutes=1.0, steps=50, steps_per_epoch=10)
    budget.add_step(0.5)
    assert budget.plan(step=21, seconds=40.0)
    assert budget.steps == 21 + 40


def test_when_time_is_over_the_step_just_done_is_the_last():
    budget = TimeBudget(minutes=1.0, steps=100, steps_per_epoch=10)
    budget.add_step(30.0)
    assert budget.plan(step=7, seconds=65.0)
    assert budget.steps == 7


def test_it_looks_fifty_times():
    budget = TimeBudget(minutes=1.0, steps=100, steps_per_epoch=10)
    looks = []
    for step in range(100):
        looks.append(budget.add_step(0.61))
        if looks[-1]:
            budget.plan(step + 1, 0.61 * (step + 1))
    assert sum(looks) == 50


@pytest.fixture
def clock(monkeypatch):
    """Each look at the clock takes a tenth of a second; the argument is what is thought to fit at first."""

    def set_(guessed):
        ticks = itertools.count()
        monkeypatch.setattr(trainer, "time", types.SimpleNamespace(monotonic=lambda: 0.1 * next(ticks)))
        monkeypatch.setattr(sys.modules["autoencode.training.prepare"], "estimate_steps", lambda *_: guessed)

    return set_


@pytest.mark.parametrize("guessed", [2, 5000])
def test_a_training_ends_in_its_time_whatever_was_thought_at_first(clock, build, data, folder, guessed):
    clock(guessed)
    run, plans = folder(), []
    on_change = OnEvent(PlanChanged, lambda event: plans.append(event.plan))
    history = fit(*build(), data, Settings(minutes=1.0, epochs=1000), folder=run, reporter=on_change)
    last, kept = history.epochs[-1], RunFolder(run.path).record.plan
    assert last.step == kept.total_steps == kept.budget_steps == plans[-1].total_steps
    assert 54 < last.seconds < 68  # here the clock moves only when it is read, also between steps


def test_no_more_epochs_than_the_limit_however_much_time_there_is(clock, build, data):
    clock(guessed=2)
    history = fit(*build(), data, Settings(minutes=1.0, epochs=9, batch_size=32))
    assert history.epochs[-1].step == 18


def test_a_run_that_goes_on_keeps_its_plan_unless_the_minutes_change(clock, build, data, folder):
    run, steps = folder(), []
    for minutes, guessed in [(1.0, 30), (1.0, 7), (2.0, 300)]:
        clock(guessed)
        model, objective = build()
        history = fit(model, objective, data, Settings(minutes=minutes, epochs=1000), folder=RunFolder(run.path))
        steps.append(history.epochs[-1].step)
    assert steps[0] == steps[1]
    assert 1.8 < steps[2] / steps[0] < 2.2
