"""Milliseconds of a training step with and without compilation, in turn in one process, recipe by recipe.

    python benchmarks/compiled.py [--recipes fashion-vae,conv-vae] [--precision bfloat16] [--batch-size 64] [--rounds 5]

Random bytes of 28×28 in place of pictures, Adam. Prints medians over rounds, each of which has some steps of both
kinds; the seconds that the compiler takes; and the number of steps after which compiling has saved time.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import torch

from autoencode.data import Batches
from autoencode.errors import CapabilityError
from autoencode.kernels import build_kernels, use_kernels
from autoencode.recipes import recipes
from autoencode.runtime.allocator import keep_freed_memory
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.hardware import describe_device
from autoencode.runtime.seeding import preserved_rng
from autoencode.training import optimizers
from autoencode.training.auxiliary_networks import AuxiliaryNetworks
from autoencode.training.execution.compiled_step import CompiledStep
from autoencode.training.execution.step_executor import EagerStep, StepExecutor
from autoencode.training.execution.train_step import TrainStep

_RECIPES = "dense-vae,beta-vae,fashion-vae,fashion-denoise,conv-vae,restorer,categorical-vae,sparse-ae"
_SHAPE = (1, 28, 28)


@tuned_cpu()
def main() -> None:
    """Prints one row of the table per recipe."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--recipes", default=_RECIPES)
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    use_kernels()
    keep_freed_memory()
    build_kernels()
    print(f"{describe_device('cpu')}; {given.precision}, batches of {given.batch_size}\n")
    print("| recipe | not compiled, ms | compiled, ms | faster | compiler, s | pays after |")
    print("|---|---|---|---|---|---|")
    for name in given.recipes.split(","):
        print(row(name, given.precision, given.batch_size, given.rounds), flush=True)


def row(name: str, precision: str, batch_size: int, rounds: int) -> str:
    """A recipe's row of the table."""
    torch.manual_seed(0)
    model, objective = recipes[name](_SHAPE)
    model.train().to(memory_format=torch.channels_last)
    numbers = torch.randint(256, (4 * batch_size, *_SHAPE), generator=torch.Generator().manual_seed(0))
    batches = Batches(numbers.byte(), batch_size, seed=0)
    train_step = TrainStep(model, objective, precision)
    eager = EagerStep(train_step, optimizers["adam"](model), AuxiliaryNetworks(objective), batches)
    began = time.perf_counter()
    try:
        compiled = CompiledStep(eager, seed=0)
    except CapabilityError as error:
        return f"| `{name}` | {str(error).splitlines()[0]} | | | | |"
    took = time.perf_counter() - began
    with preserved_rng(batches.device):
        times = in_turn([executing(way, batches) for way in (eager, compiled)], rounds)
    one, other = (statistics.median(each) for each in times)
    pays = f"{took / (one - other) * 1e3:,.0f} steps" if other < one else "never"
    return f"| `{name}` | {one:.1f} | {other:.1f} | {one / other:.2f} × | {took:.0f} | {pays} |"


def executing(executor: StepExecutor, batches: Batches) -> Callable[[int], None]:
    """A training step of one kind."""

    def run(step: int) -> None:
        executor.run(batches.gather(step), step)

    return run


def in_turn(ways: list[Callable[[int], None]], rounds: int, steps: int = 12) -> list[list[float]]:
    """Milliseconds of steps of each kind; the first two steps of a turn are not counted."""
    times: list[list[float]] = [[] for _ in ways]
    for _ in range(rounds):
        for way, found in zip(ways, times, strict=True):
            for place in range(steps):
                began = time.perf_counter()
                way(place)
                if place > 1:
                    found.append((time.perf_counter() - began) * 1e3)
    return times


if __name__ == "__main__":
    main()
