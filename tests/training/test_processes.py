"""Trainings that several processes share: the same weights to the bit, however many there are and whatever ends."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from autoencode.data import load
from autoencode.errors import ArgumentError
from autoencode.recipes import recipes
from autoencode.runs.tensor_file import load_tensors
from autoencode.settings import Settings
from autoencode.training import fit
from support import shared_training

SCRIPT = Path(shared_training.__file__)


def start(folder: Path, mode: str, processes: int) -> subprocess.Popen[str]:
    torchrun = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    return subprocess.Popen(
        [sys.executable, *(torchrun if processes > 1 else []), str(SCRIPT), str(folder), mode],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def finish(process: subprocess.Popen[str]) -> str:
    return process.communicate(timeout=300)[0]


def workers(process: subprocess.Popen[str]) -> dict[int, int]:
    """The process number of each rank."""
    found = {}
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    for child in map(int, children):
        variables = Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
        found |= {int(each[5:]): child for each in variables if each.startswith(b"RANK=")}
    return found


def signal_one(folder: Path, process: subprocess.Popen[str], rank: int, number: signal.Signals) -> None:
    """Waits until some epochs are written, and sends a signal to one of the processes."""
    metrics = folder / "run" / "metrics.jsonl"
    while not (metrics.exists() and len(metrics.read_text().splitlines()) >= 3):
        assert process.poll() is None, "it ended before the signal"
        time.sleep(0.01)
    os.kill(workers(process)[rank], number)


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_tensors(folder / "run" / "model.safetensors")[0]


def status(folder: Path) -> str:
    return json.loads((folder / "run" / "run.json").read_text())["status"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """The training that one process made without a break."""
    folder = tmp_path_factory.mktemp("whole")
    said = finish(start(folder, "train", 1))
    assert status(folder) == "complete", said
    return folder


@pytest.mark.slow
def test_one_two_and_four_processes_give_the_same_bits(tmp_path):
    said = [finish(start(tmp_path, "digests", count)) for count in (1, 2, 4)]
    one, *others = (json.loads((tmp_path / f"digests-{count}.json").read_text()) for count in (1, 2, 4))
    assert set(one) == set(shared_training.RECIPES), said
    for other in others:
        assert other == one


@pytest.mark.slow
def test_one_of_four_is_killed_and_two_go_on_to_the_same_bits(tmp_path, whole):
    process = start(tmp_path, "train", 4)
    signal_one(tmp_path, process, 2, signal.SIGKILL)
    finish(process)
    assert process.returncode != 0
    assert status(tmp_path) == "running"
    said = finish(start(tmp_path, "resume", 2))
    assert status(tmp_path) == "complete", said
    same(weights(tmp_path), weights(whole))


def same(found: dict[str, torch.Tensor], expected: dict[str, torch.Tensor]) -> None:
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[name], expected[name]) for name in expected)


@pytest.mark.slow
def test_a_signal_to_one_of_two_ends_both_after_the_same_step(tmp_path, whole):
    process = start(tmp_path, "train", 2)
    signal_one(tmp_path, process, 1, signal.SIGTERM)
    said = finish(process)
    assert status(tmp_path) == "interrupted", said
    finish(start(tmp_path, "resume", 1))
    same(weights(tmp_path), weights(whole))


@pytest.mark.slow
def test_other_data_in_one_process_are_refused_before_the_first_step(tmp_path):
    process = start(tmp_path, "other data", 2)
    said = finish(process)
    assert "process 1 has another data than the first one" in said
    assert process.returncode != 0
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_full_disk_of_the_first_ends_all(tmp_path):
    process = start(tmp_path, "full disk", 2)
    said = finish(process)
    assert process.returncode != 0
    assert "StorageError" in said


def trained(**settings) -> torch.Tensor:
    torch.manual_seed(0)
    model, objective = recipes["dense-vae"]((6,), hidden=8)
    x = torch.rand(60, 6, generator=torch.Generator().manual_seed(1))
    fit(model, objective, load(x), Settings(steps=5, batch_size=12, **settings))
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def test_shards_change_the_noise_and_nothing_else():
    plain, sharded = trained(), trained(grad_shards=3)
    assert not torch.equal(plain, sharded)
    assert (plain - sharded).abs().max() < 0.05
    assert torch.equal(sharded, trained(grad_shards=3))
    assert torch.equal(plain, trained(grad_shards=1))


def test_more_shards_than_examples_leave_some_empty():
    assert trained(grad_shards=40).isfinite().all()


@pytest.mark.parametrize(
    ("recipe", "reason"),
    [
        ("dip-vae", "the loss needs the covariance of the codes of a batch as a whole"),
        ("adversarial-ae", "the loss needs 'code_critic', which learns beside the model, as a whole"),
        ("vq-vae", "follows whole batches"),
    ],
)
def test_a_batch_that_is_no_sum_is_not_divided(recipe, reason):
    model, objective = recipes[recipe]((1, 8, 8))
    with pytest.raises(ArgumentError, match=reason):
        fit(model, objective, load(torch.rand(40, 1, 8, 8)), Settings(steps=2, grad_shards=2))
