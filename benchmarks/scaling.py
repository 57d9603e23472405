"""Time and memory of a training against processes and shards.

    python benchmarks/scaling.py                        conv-vae on Fashion-MNIST, 40 steps of 256 examples
    python benchmarks/scaling.py --processes 1 2 4 --shards 4

Each line is a training in processes of its own: seconds a step (the median, by the first process), the memory of the
first process at its peak, and the SHA-256 of the weights, which is the same in all lines of as many shards.
"""

import argparse
import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

from autoencode.data import load
from autoencode.recipes import recipes
from autoencode.runtime.processes import joined_processes
from autoencode.runtime.reporter import Event, Reporter
from autoencode.runtime.seeding import seeded_rng
from autoencode.training import fit
from autoencode.training.events import StepFinished

RECIPE, STEPS, BATCH = "conv-vae", 40, 256


class Clock(Reporter):
    """Notes when each step ended."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def event(self, event: Event) -> None:
        """Notes the time of a step."""
        if isinstance(event, StepFinished):
            self.times.append(time.perf_counter())


def measured(shards: int, out: Path) -> None:
    """Trains in this process, together with others where torchrun started it; the first one writes what it measured."""
    data, clock = load("fashion-mnist"), Clock()
    settings = recipes[RECIPE].settings.replace(steps=STEPS, batch_size=BATCH, threads=1, grad_shards=shards)
    with seeded_rng(0):
        model, objective = recipes[RECIPE](data.data_shape)
    with joined_processes() as processes:
        fit(model, objective, data, settings, reporter=clock)
        if processes.is_first:
            weights = b"".join(p.detach().contiguous().numpy().tobytes() for p in model.parameters())
            gaps = [b - a for a, b in zip(clock.times[5:], clock.times[6:], strict=False)]
            found = {
                "seconds": statistics.median(gaps),
                "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "digest": hashlib.sha256(weights).hexdigest()[:12],
            }
            out.write_text(json.dumps(found))


def in_processes(count: int, shards: int) -> dict[str, float | str]:
    """What the first of several processes measured."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "found.json"
        torchrun = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={count}"] if count > 1 else []
        command = [sys.executable, *torchrun, __file__, "--measure", str(shards), "--out", str(out)]
        subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
        return json.loads(out.read_text())


def main() -> None:
    """Prints a line for each number of processes and shards."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--shards", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        measured(asked.measure, asked.out)
        return
    where = f"one thread a process, {os.cpu_count()} cores, PyTorch {torch.__version__}"
    print(f"{RECIPE}, {STEPS} steps of {BATCH} examples, {where}")
    for shards in asked.shards:
        for count in asked.processes:
            if count <= shards:
                found = in_processes(count, shards)
                print(
                    f"{shards} shards, {count} processes: {1000 * float(found['seconds']):.0f} ms a step, "
                    f"{float(found['megabytes']):.0f} MB, weights {found['digest']}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
