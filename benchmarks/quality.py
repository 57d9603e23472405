"""Time to quality: how long training takes until a model reaches a given quality.

    python benchmarks/quality.py                     all jobs; half an hour on 2 cores, runs in runs/quality
    python benchmarks/quality.py clothes digits      some of them

    clothes   Fashion-MNIST with a two-dimensional code and β = 0.39: a tutorial's cross-entropy
    digits    dynamically binarized MNIST: the log-likelihood of Burda et al. (ICLR 2016, table 1, k = 1)
    scans     dirty documents, a text not in training: a root mean squared error over whole pages of 0.018

For each job the fastest recipe here, and the tutorial's network. Seconds are those of the training, with compiling and
validation; the number is that of the official test split, measured once at the end. Log-likelihoods use 500 samples. A
complete training is only measured.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from autoencode import tasks
from autoencode.cli.training_progress import TrainingProgress
from autoencode.evaluation import Estimate
from autoencode.runs.record import Status
from autoencode.runs.run import Run
from autoencode.tasks.reproduce.reproduction_metrics import NegativeLogLikelihood, PageRMSE


class Job(NamedTuple):
    """The goal, how it is measured, and the trainings: data, recipe and options of each."""

    goal: float
    quantity: str
    measure: Callable[[Run], Estimate]
    trainings: dict[str, tuple[str, str, dict[str, Any]]]


def _cross_entropy(run: Run) -> Estimate:
    return tasks.evaluate(run).nll_per_value


def _log_likelihood(run: Run) -> Estimate:
    return NegativeLogLikelihood(500)(run, None, lambda _, __: None)


def _page_error(run: Run) -> Estimate:
    return PageRMSE()(run, None, lambda _, __: None)


JOBS = {
    "clothes": Job(
        0.3231,
        "cross-entropy per pixel",
        _cross_entropy,
        {
            "deep-vae": ("fashion-mnist", "deep-vae", {"beta": 0.39, "epochs": 5}),
            "fashion-vae, the tutorial's network": ("fashion-mnist", "fashion-vae", {}),
        },
    ),
    "digits": Job(
        86.76,
        "negative log-likelihood, nats",
        _log_likelihood,
        {
            "iwae, one sample, gated": (
                "dynamic-mnist",
                "iwae",
                {
                    "n_samples": 1,
                    "gated": True,
                    "hidden": 300,
                    "warmup_steps": 5_000,
                    "learning_rate": 4e-3,
                    "epochs": 100,
                },
            ),
            "dense-vae, the tutorial's network": ("dynamic-mnist", "dense-vae", {"epochs": 20}),
        },
    ),
    "scans": Job(
        0.018,
        "root mean squared error, white is 1",
        _page_error,
        {"restorer": ("documents", "restorer", {"jitter": 0.5, "epochs": 6})},
    ),
}


def main() -> None:
    """Trains what is missing, measures, prints."""
    for name in sys.argv[1:] or JOBS:
        job = JOBS[name]
        print(f"{name}: {job.quantity}; goal {job.goal}", flush=True)
        for label, (data, recipe, options) in job.trainings.items():
            run = trained(Path("runs/quality") / f"{name}-{recipe}", data, recipe, options)
            found, last = job.measure(run), run.folder.metrics()[-1]
            reached = "reached" if found.value <= job.goal else "not reached"
            print(f"  {label}: {found}, {reached}, {last.epoch:g} epochs, {last.seconds:.0f} seconds", flush=True)


def trained(path: Path, data: str, recipe: str, options: dict[str, Any]) -> Run:
    """The complete run, trained if it is missing."""
    with TrainingProgress() as reporter:
        if not path.exists():
            return tasks.train(data, recipe, out=path, reporter=reporter, seed=0, **options)
        run = Run(path)
        return run if run.folder.record.status == Status.COMPLETE else tasks.resume(path, reporter=reporter)


if __name__ == "__main__":
    main()
