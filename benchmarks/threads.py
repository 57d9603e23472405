"""Training beside other work: images per second on one thread and on all, with our convolutions and with PyTorch's.

    python benchmarks/threads.py [--seconds 4] [--rounds 3] [--recipes fashion-vae,dense-vae]

The other work is none, one busy process, or as many as there are cores. All settings get time slices in turn, in one
process; medians are printed with minimum and maximum.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager

import torch

from autoencode.data import Batches
from autoencode.kernels import build_kernels, use_kernels
from autoencode.recipes import recipes
from autoencode.runtime.allocator import keep_freed_memory
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.training import optimizers
from autoencode.training.auxiliary_networks import AuxiliaryNetworks
from autoencode.training.execution.train_step import TrainStep, training_step

SHAPE, BATCH = (1, 28, 28), 128


@tuned_cpu()
def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--recipes", default="fashion-vae,dense-vae")
    given = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    keep_freed_memory()
    if not build_kernels():
        raise SystemExit("the kernels are not available: is there a C++ compiler?")
    print("| recipe | other processes | threads | images/s, ours | images/s, PyTorch's |\n|---|---|---|---|---|")
    for recipe in given.recipes.split(","):
        training = Training(recipe)
        for others in (0, 1, cores):
            with busy(others):
                measure(training, recipe, others, sorted({1, cores}), given.rounds, given.seconds)


def measure(training: "Training", recipe: str, others: int, threads: list[int], rounds: int, seconds: float) -> None:
    """Prints a line for each number of threads."""
    speeds: dict[tuple[int, bool], list[float]] = {(count, own): [] for count in threads for own in (True, False)}
    for _ in range(rounds):
        for (count, own), found in speeds.items():
            torch.set_num_threads(count)
            use_kernels(own)
            training.run(0.5)
            found.append(training.run(seconds))
    for count in threads:
        own, theirs = (cell(speeds[count, kind]) for kind in (True, False))
        print(f"| `{recipe}` | {others} | {count} | {own} | {theirs} |", flush=True)


def cell(speeds: list[float]) -> str:
    """A median with its spread."""
    return f"{statistics.median(speeds):,.0f} ({min(speeds):,.0f} to {max(speeds):,.0f})"


class Training:
    """Training steps of a recipe on random pictures, without the training loop."""

    def __init__(self, recipe: str) -> None:
        torch.manual_seed(0)
        model, objective = recipes[recipe](SHAPE)
        model.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        self._batches = Batches(torch.rand(BATCH * 8, *SHAPE), BATCH, seed=0)
        self._step, self._auxiliary = TrainStep(model, objective), AuxiliaryNetworks(objective)
        self._optimizer = optimizers["adam"](model)
        self._number = 0

    def run(self, seconds: float) -> float:
        """Images per second."""
        began, first = time.perf_counter(), self._number
        while time.perf_counter() < began + seconds:
            training_step(
                self._step, self._optimizer, self._auxiliary, self._batches(self._number), self._number, grad_clip=None
            )
            self._number += 1
        return (self._number - first) * BATCH / (time.perf_counter() - began)


@contextmanager
def busy(processes: int) -> Generator[None]:
    """Runs busy processes meanwhile."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


if __name__ == "__main__":
    main()
