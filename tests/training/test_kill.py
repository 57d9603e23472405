"""kill -9, for real."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autoencode import tasks

OPTIONS = {"epochs": 12, "optimizer": "muon", "ema_decay": 0.9, "command": "test", "checkpoint_seconds": 0.05}
SCRIPT = f"""
import sys
import torch
torch.set_num_threads(1)
from autoencode import tasks
if sys.argv[2] == "resume":
    tasks.resume(sys.argv[1])
else:
    tasks.train("digits", "dense-vae", out=sys.argv[1], **{OPTIONS})
"""


def start(path: Path, verb: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", SCRIPT, str(path), verb])


def kill_after(path: Path, verb: str, epochs: int) -> None:
    """Starts, waits until so many epochs are written, and kills at once."""
    process = start(path, verb)
    metrics = path / "metrics.jsonl"
    try:
        while not (metrics.exists() and len(metrics.read_text().splitlines()) >= epochs):
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.002)
        time.sleep(0.03)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL


def lines(path: Path) -> list[dict]:
    clock = ("seconds", "examples_per_second")
    read = [json.loads(line) for line in (path / "metrics.jsonl").read_text().splitlines()]
    return [{key: value for key, value in line.items() if key not in clock} for line in read]


@pytest.mark.slow
def test_a_killed_run_ends_as_one_never_interrupted(tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    tasks.train("digits", "dense-vae", out=whole, **OPTIONS)
    kill_after(killed, "train", 2)
    kill_after(killed, "resume", 6)
    assert json.loads((killed / "run.json").read_text())["status"] == "running"
    tasks.resume(killed)
    assert lines(killed) == lines(whole)
    assert len(lines(whole)) == 12
    for name in ("model.safetensors", "last.safetensors", "split.safetensors"):
        assert (killed / name).read_bytes() == (whole / name).read_bytes()
