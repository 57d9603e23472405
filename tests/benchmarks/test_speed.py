"""benchmarks/speed.py: that all do the same work, and that what is measured is what is said. No speeds."""

import json
import os
import runpy
import subprocess
import sys
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from autoencode.corruptions import parse_corruptions
from autoencode.objectives import Denoising
from autoencode.objectives.schedules import schedule_value
from autoencode.recipes import find_recipe

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.append(str(BENCHMARKS))

from speed import gate as gates  # noqa: E402
from speed.contenders import B16, CONTENDERS, F32, NAMES  # noqa: E402
from speed.data import rectangles, written  # noqa: E402
from speed.environments import PACKAGES, packages  # noqa: E402
from speed.gate import Gate, late  # noqa: E402
from speed.jobs import JOBS  # noqa: E402
from speed.pictures import orders, pictures  # noqa: E402
from speed.process import Failed, Process, environment_for  # noqa: E402
from speed.rounds import Row  # noqa: E402
from speed.tables import best, ratios, table, wrong  # noqa: E402
from speed.torch_models import model_of, parameters  # noqa: E402

A = JOBS["A"]
OURS, OURS_B16 = CONTENDERS[:2]
PYTORCH = next(c for c in CONTENDERS if c.name == "pytorch")
PYTORCH_B16 = next(c for c in CONTENDERS if c.name == "pytorch" and c.precision == B16)


@pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)
def test_the_peers_model_is_the_recipes(job):
    model, objective = find_recipe(job.recipe)((1, 28, 28), **job.options)
    assert parameters(model) == parameters(model_of(job)) == job.parameters
    if job.noise:
        assert objective.corruption == parse_corruptions((f"salt-and-pepper:{job.noise}",))
    else:
        assert schedule_value(objective.beta, 0) == schedule_value(objective.beta, None) == job.beta
    assert isinstance(objective, Denoising) == bool(job.noise)


@pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)
def test_operations_are_those_that_pytorch_counts(job):
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        model_of(job)(torch.rand(2, 1, 28, 28))
    assert 3 * counter.get_total_flops() == 2 * job.flops


@pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)
def test_losses_are_compared_where_every_contender_has_them(job):
    assert job.steps % (3 * job.together) == 0


def test_every_contender_has_its_parts():
    assert {c.environment for c in CONTENDERS} == {"own", *PACKAGES}
    assert all((BENCHMARKS / "speed" / f"{c.module}.py").is_file() for c in CONTENDERS)
    assert len({str(c) for c in CONTENDERS}) == len(CONTENDERS)
    assert NAMES[0] == "ours"


def test_versions_are_pinned_and_pytorch_is_the_same_for_all():
    assert all("==" in package for name in PACKAGES for package in packages(name))
    assert f"torch=={torch.__version__.partition('+')[0]}" in packages("lightning")


class Driver:
    """Hears what a gate says; time goes on by one second with each look at the clock."""

    def __init__(self, monkeypatch, slices=()):
        self.heard, self.slices, clock = [], list(slices), count()
        monkeypatch.setattr(gates.time, "perf_counter", lambda: float(next(clock)))

    def gate(self, steps, patience=1e9):
        made = Gate(self.heard.append, lambda: self.slices.pop(0), steps, patience)
        made.open(10, torch="2")
        return made


def test_the_first_steps_give_the_loss_of_their_last_third(monkeypatch):
    driver = Driver(monkeypatch, [1.0])
    gate = driver.gate(6)
    for loss in range(6):
        assert gate.checking
        gate(8, loss)
    assert not gate.checking
    assert driver.heard == [{"first": True}, {"parameters": 10, "versions": {"torch": "2"}, "steps": 6, "loss": 4.5}]


def test_a_slow_contender_is_ready_with_what_it_has(monkeypatch):
    driver = Driver(monkeypatch, [1.0])
    gate = driver.gate(100, patience=3.5)
    for _ in range(4):
        gate(8, 2.0)
    assert driver.heard[-1]["steps"] == 4


def test_a_slice_counts_its_images_and_seconds(monkeypatch):
    driver = Driver(monkeypatch, [3.0, 1.0])
    gate = driver.gate(1)
    for _ in range(4):
        gate(8, 0.0)
    assert driver.heard[2:] == [{"images": 24, "seconds": 4.0}]


def test_every_slice_is_charged_with_its_share_of_the_pauses(monkeypatch):
    driver = Driver(monkeypatch, [3.0, 3.0, 1.0])
    gate = driver.gate(1)
    gate.pauses_every(240, 2)
    gate(8, 0.0)
    gate(8, 0.0)
    gate.pause(5.0)  # the first one comes before the slices
    assert len(driver.heard) == 1
    for _ in range(4):
        gate(8, 0.0)
    assert driver.heard[2:] == [{"images": 24, "seconds": 4.0 + 5.0 * 24 / 240}]
    gate(8, 0.0)
    gate.pause(1.0)  # in a slice: it is taken out, and the mean of both is charged
    gate(8, 0.0)
    gate(8, 0.0)
    assert driver.heard[3:] == [{"images": 24, "seconds": 4.0 - 1.0 + 3.0 * 24 / 240}]


def test_losses_of_several_steps_have_their_weight():
    assert late([(3, 9.0), (4, 1.0), (6, 4.0)]) == 4.0
    assert late([(1, 9.0), (5, 1.0), (6, 6.0)]) == 2.0
    assert late([(50, 3.0)]) == 3.0


def done(contender, *speeds, loss=200.0, **values):
    facts = {"parameters": A.parameters, "steps": 300, "loss": loss, "trial": 1.0}
    return Row(contender, **{**facts, **values}, speeds=list(speeds))


def test_ratios_are_of_the_best_at_each_precision():
    rows = [done(OURS, 30.0, 90.0, 40.0), done(OURS_B16, 60.0), done(PYTORCH, 20.0), done(PYTORCH_B16, 15.0)]
    assert best(rows, ours=True) is rows[1]
    found = {name: text.partition(" ")[0] for name, text in ratios(rows).items()}
    assert found == {f"{F32} against {F32}": "2.00", f"{B16} against {B16}": "4.00", "best against best": "3.00"}


def test_a_table_says_what_failed_and_what_was_let_go():
    rows = [done(OURS, 100.0, 300.0, 200.0), done(PYTORCH, trial=50.0), Row(PYTORCH_B16, failed="nothing within 9 s")]
    lines = table("A", A, rows, {F32: 2 * 200 * A.flops / 1e9, B16: 1.0})
    assert "| 200 | 100 | 300 | 1.00 × | 50% | 404,244 | 200 after 300 |" in lines[4]
    assert "| (50) |  |  | 4.00 × |" in lines[5]
    assert "| – | nothing within 9 s |" in lines[6]
    assert "| – | not run |" in table("A", A, [Row(OURS)], {})[4]


def test_other_work_is_an_error():
    rows = [done(OURS), done(PYTORCH, loss=209.0), done(PYTORCH_B16, loss=211.0, parameters=1)]
    problems = wrong("A", A, rows)
    assert problems[0].endswith("bfloat16: 1 parameters, not 404,244")
    assert "a loss of 211 nats per example after 300 steps" in problems[1]
    assert len(problems) == 2
    assert not wrong("A", A, [rows[0], done(PYTORCH, loss=300.0, steps=100), Row(PYTORCH_B16, failed="x")])
    assert wrong("A", A, [rows[0], done(PYTORCH, loss=float("nan"))])


def test_pictures_are_written_as_they_are_loaded(tmp_path):
    path = written(rectangles(tmp_path), tmp_path)
    stored = np.load(path)
    assert stored.shape == (1600, 1, 28, 28)
    assert stored.dtype == np.uint8
    assert 0.1 < (stored > 0).mean() < 0.4
    x = pictures(path, replace(A, together=5))
    assert x.shape == (1280, 1, 28, 28)
    assert x.max() <= 1
    epochs = orders(10, 5)
    assert sorted([*next(epochs), *next(epochs)]) == list(range(10))


def test_a_contender_that_ends_says_why(tmp_path):
    asked = {"job": "A", "changes": {}, "steps": 1, "patience": 1, "module": "nobody"}
    process = Process(Path(sys.executable), asked, environment_for(own=False, threads=1, more={}), tmp_path / "log")
    try:
        with pytest.raises(Failed, match=r"No module named 'speed\.nobody'"):
            process.read(60)
    finally:
        process.end()


@pytest.mark.slow
def test_the_check_passes(tmp_path):
    command = [sys.executable, BENCHMARKS / "speed.py", "--check", "--threads", "1", "--out", tmp_path]
    source = {"PYTHONPATH": str(BENCHMARKS.parent / "src")}
    finished = subprocess.run(command, env=os.environ | source, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    rows = json.loads((tmp_path / "results.json").read_text())["jobs"]["A"]["rows"]
    assert [row["contender"]["name"] for row in rows] == ["ours", "pytorch"]
    assert all(row["parameters"] == A.parameters and row["steps"] == 20 and row["speeds"] for row in rows)


def test_on_a_gpu_all_contenders_get_the_device(monkeypatch):
    speed = runpy.run_path(str(BENCHMARKS / "speed.py"))
    for device, environments in (("cuda", {"own"}), ("cpu", {"own", *PACKAGES})):
        monkeypatch.setattr(sys, "argv", ["speed.py", "--device", device])
        among = speed["chosen"](speed["parsed"]())
        assert {c.environment for c in among} == environments
        assert {c.options.get("device", "cpu") for c in among} == {device}
        seen = "CUDA_VISIBLE_DEVICES" not in environment_for(own=True, threads=1, more={})
        assert seen or "CUDA_VISIBLE_DEVICES" in os.environ
