"""Images per second in training `fashion-vae`, with one setting changed at a time.

    python benchmarks/step.py [--repeats 5] [--steps 60] [--batch-size 64]

Each measurement is a process of its own, the settings are interleaved, and medians are printed with minimum and
maximum. The settings: whether glibc keeps freed memory (`keep_freed_memory`), channels-last weights, and bfloat16.
"""

import argparse
import statistics
import subprocess
import sys
import time

SETTINGS = {
    "as fit does it": "memory channels-last",
    "freed memory given back": "channels-last",
    "channels first": "memory",
    "neither": "",
    "as fit does it, in bfloat16": "memory channels-last bfloat16",
}


def main() -> None:
    """Prints one line per setting."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one is not None:
        print(measure(given.one.split(), given.steps, given.batch_size))
        return
    speeds: dict[str, list[float]] = {name: [] for name in SETTINGS}
    for _ in range(given.repeats):
        for name, setting in SETTINGS.items():
            command = [sys.executable, __file__, "--one", setting]
            command += ["--steps", str(given.steps), "--batch-size", str(given.batch_size)]
            speeds[name].append(float(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    for name, values in speeds.items():
        print(f"{name:28} {statistics.median(values):7,.0f} images/s   ({min(values):,.0f} to {max(values):,.0f})")


def measure(setting: list[str], steps: int, batch_size: int) -> float:
    """Images per second over `steps` steps, after five warm-up steps."""
    import torch

    from autoencode.data import Batches
    from autoencode.recipes import recipes
    from autoencode.runtime.allocator import keep_freed_memory
    from autoencode.training import optimizers
    from autoencode.training.auxiliary_networks import AuxiliaryNetworks
    from autoencode.training.execution.train_step import TrainStep, training_step

    if "memory" in setting:
        keep_freed_memory()
    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    model, objective = recipes["fashion-vae"]((1, 28, 28))
    if "channels-last" in setting:
        model.to(memory_format=torch.channels_last)
    batches = Batches(torch.rand(batch_size * 8, 1, 28, 28), batch_size, seed=0)
    step = TrainStep(model, objective, "bfloat16" if "bfloat16" in setting else "float32")
    optimizer, auxiliary = optimizers["muon"](model), AuxiliaryNetworks(objective)
    began = 0.0
    for number in range(steps + 5):
        if number == 5:
            began = time.perf_counter()
        training_step(step, optimizer, auxiliary, batches(number), number, grad_clip=None)
    return steps * batch_size / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
