"""Whether bfloat16 loses quality: the same trainings in both precisions, with three seeds each.

    python benchmarks/precision.py               A, B and C; about half an hour on 2 cores, in runs/precision
    python benchmarks/precision.py --jobs A      one of them

    A  dense-vae on MNIST, batches of 128         B  fashion-vae on Fashion-MNIST, 128        C  fashion-denoise, 256

All with Adam at 1e-3. Both precisions use the same data in the same order and the same initial weights; printed is the
mean over seeds of their difference, with its standard error. Validation is computed in float32 in both cases. Finished
trainings are kept: an interrupted benchmark continues when it is run again.
"""

import argparse
import statistics
from pathlib import Path
from typing import NamedTuple

PRECISIONS = ("float32", "bfloat16")


class Job(NamedTuple):
    """A model to train."""

    recipe: str
    source: str
    batch_size: int
    epochs: int
    more: dict[str, int]


JOBS = {
    "A": Job("dense-vae", "mnist", 128, 20, {}),  # long enough for a compiled step
    "B": Job("fashion-vae", "fashion-mnist", 128, 5, {"warmup_steps": 0}),
    "C": Job("fashion-denoise", "fashion-mnist", 256, 3, {}),
}


def main() -> None:
    """Trains what is missing and prints."""
    parser = argparse.ArgumentParser(description="compares precisions")
    parser.add_argument("--jobs", default="A,B,C")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("runs/precision"))
    options = parser.parse_args()
    for letter in options.jobs.split(","):
        job = JOBS[letter]
        text = f"{letter}: {job.recipe} on {job.source}, batches of {job.batch_size}, {job.epochs} epochs"
        print(f"\n{text}; validation after the last", flush=True)
        found = {
            precision: [final(options.out, letter, precision, seed) for seed in range(options.seeds)]
            for precision in PRECISIONS
        }
        for name in found["float32"][0]:
            line(name, [[terms[name] for terms in found[precision]] for precision in PRECISIONS])


def final(out: Path, letter: str, precision: str, seed: int) -> dict[str, float]:
    """The validation terms after the last epoch."""
    from autoencode import tasks
    from autoencode.runs.folder import RunFolder

    job, path = JOBS[letter], out / f"{letter}-{precision}-{seed}"
    if path.is_dir() and RunFolder(path).record.status != "complete":
        tasks.resume(path)
    elif not path.is_dir():
        options = {"batch_size": job.batch_size, "epochs": job.epochs, "optimizer": "adam", "learning_rate": 1e-3}
        same = {"schedule": "constant", "precision": precision, "seed": seed, "device": "cpu"}
        tasks.train(job.source, job.recipe, out=path, **options, **same, **job.more)
    return RunFolder(path).metrics()[-1].validation


def line(name: str, values: list[list[float]]) -> None:
    """The numbers and mean of each precision, and the difference."""
    differences = [b - a for a, b in zip(*values, strict=True)]
    error = statistics.stdev(differences) / len(differences) ** 0.5
    text = "   ".join(
        f"{precision} {statistics.mean(some):.2f} ({', '.join(f'{value:.2f}' for value in some)})"
        for precision, some in zip(PRECISIONS, values, strict=True)
    )
    print(f"  {name:6} {text}   difference {statistics.mean(differences):+.3f} ± {error:.3f}", flush=True)


if __name__ == "__main__":
    main()
