"""Trains a published setting and compares the number."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autoencode.errors import ArgumentError
from autoencode.evaluation.estimate import Estimate
from autoencode.runs.record import Status
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter
from autoencode.storage import atomic_write
from autoencode.tasks.reproduce.published_results import Reproduction, reproductions
from autoencode.tasks.reproduce.reproduction_metrics import NegativeLogLikelihood, ReproductionMetric
from autoencode.tasks.train import resume, train


@dataclass(frozen=True)
class Comparison:
    """What came out, beside what was published.

    Args:
        name: of the reproduction.
        quantity: what was measured, with its unit.
        obtained: the number here.
        sampling_unit: of what, as the number's standard error takes them for independent.
        published: the paper's.
        draws: for each example, where the number is a bound by importance weights.
        epochs: trained.
        minutes: of training.
        hardware: on which.
        seed: of the training.
        complete: whether the training went to its planned end.
    """

    name: str
    quantity: str
    obtained: Estimate
    sampling_unit: str
    published: float
    draws: int | None
    epochs: float
    minutes: float
    hardware: str
    seed: int
    complete: bool

    @property
    def difference(self) -> Estimate:
        """Obtained less published; below zero is better than the paper."""
        return Estimate(self.obtained.value - self.published, self.obtained.standard_error, self.obtained.n)


def reproduce(
    name: str,
    out: str | Path | None = None,
    *,
    seed: int = 0,
    epochs: int | None = None,
    minutes: float | None = None,
    importance_samples: int | None = None,
    examples: int | None = None,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Comparison:
    """Trains the published setting, or goes on with it, and measures it as the paper did.

    Args:
        name: of a reproduction; see `autoencode list reproductions`.
        out: the run folder, `runs/reproduce/NAME-SEED` by default; a training that was stopped goes on, one that is
            complete is only measured.
        seed: of the training.
        epochs: fewer or more than planned.
        minutes: shorten the training to about so many.
        importance_samples: draws for each example, for a log-likelihood; the paper's number by default.
        examples: measure so many of the test part, at even distances; all of them by default.
        reporter: receives the progress of training and of measuring.
        cancel: ends it early; a training that was begun goes on at the next call.

    Returns:
        The comparison, also kept in the run folder's `reproduction.json`.

    Raises:
        UnknownNameError: no such reproduction.
        ArgumentError: draws for a number that takes none.
        CancelledError: `cancel` asked for it.
    """
    goal = reproductions[name]
    measure = _measure(goal, importance_samples)
    path = Path(out) if out else Path("runs/reproduce") / f"{name}-{seed}"
    cancel = cancel or CancelToken()
    run = _train_or_resume(goal, path, seed, epochs, minutes, reporter, cancel)
    cancel.raise_if_cancelled()
    obtained = measure(run, examples, reporter, cancel)
    last = run.folder.metrics()[-1]
    comparison = Comparison(
        name=name,
        quantity=measure.quantity,
        obtained=obtained,
        sampling_unit=measure.sampling_unit,
        published=goal.published,
        draws=measure.importance_samples if isinstance(measure, NegativeLogLikelihood) else None,
        epochs=last.epoch,
        minutes=last.seconds / 60,
        hardware=run.folder.plan.hardware,
        seed=seed,
        complete=run.folder.record.status == Status.COMPLETE and epochs is None and minutes is None,
    )
    facts = {**asdict(comparison), "command": run.folder.record.command, "created": run.folder.record.created}
    atomic_write(path / "reproduction.json", json.dumps(facts, indent=2) + "\n")
    return comparison


def _measure(goal: Reproduction, importance_samples: int | None) -> ReproductionMetric:
    if importance_samples is None:
        return goal.measure
    if not isinstance(goal.measure, NegativeLogLikelihood):
        raise ArgumentError("--importance-samples are for log-likelihoods; this reproduction measures something else")
    return NegativeLogLikelihood(importance_samples)


def _train_or_resume(
    goal: Reproduction,
    path: Path,
    seed: int,
    epochs: int | None,
    minutes: float | None,
    reporter: Reporter | None,
    cancel: CancelToken,
) -> Run:
    if (path / "run.json").is_file():
        run = Run(path)
        return run if run.folder.record.status == Status.COMPLETE else resume(path, reporter=reporter, cancel=cancel)
    options: dict[str, Any] = {**goal.options}
    options |= {"epochs": epochs} if epochs is not None else {}
    options |= {"minutes": minutes} if minutes is not None else {}
    return train(goal.data, goal.recipe, out=path, reporter=reporter, cancel=cancel, seed=seed, **options)
