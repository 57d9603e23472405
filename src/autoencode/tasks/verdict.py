"""One plain sentence on a trained model, and its evidence."""

from contextlib import suppress
from dataclasses import dataclass

from autoencode import evaluation
from autoencode.data.modality import FrameWindows
from autoencode.errors import StorageError
from autoencode.evaluation import measure_evidence
from autoencode.evaluation.evidence import prediction_evidence, segmentation_evidence
from autoencode.recipes import recipes
from autoencode.runs.metrics import EpochMetrics
from autoencode.runs.run import Run
from autoencode.runs.verdict import Evidence, Verdict
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Event, Reporter, resolve_reporter
from autoencode.tasks.evaluate import trusted_objective


@dataclass(frozen=True)
class VerdictReached(Event):
    """What a training came to.

    Args:
        verdict: the sentence and its evidence.
    """

    verdict: Verdict

    def __str__(self) -> str:
        return str(self.verdict)


def verdict(run: Run, *, reporter: Reporter | None = None, cancel: CancelToken | None = None) -> Verdict:
    """The verdict on a run: that in its run.json, or else measured now, on the validation part, and kept there.

    Args:
        run: the trained model.
        reporter: receives the progress of the task "comparing".
        cancel: ends it early.

    Raises:
        CancelledError: `cancel` asked for it.
    """
    if run.verdict is not None:
        return run.verdict
    evidence = _evidence(run, reporter, cancel)
    found = evaluation.verdict(evidence, recipe_options(run), run.modality.noun)
    with suppress(StorageError):  # a folder that can only be read
        run.folder.update(verdict=found)
    return found


def _evidence(run: Run, reporter: Reporter | None, cancel: CancelToken | None) -> Evidence:
    objective, data, masks = trusted_objective(run), run.data, run.masks
    epochs = _comparable_epochs(run)
    if masks is not None:
        return segmentation_evidence(
            run.model, data.train, data.validation, masks, epochs, reporter=reporter, cancel=cancel
        )
    if isinstance(run.modality, FrameWindows):
        return prediction_evidence(
            run.model, data.train, data.validation, run.modality, epochs, reporter=reporter, cancel=cancel
        )
    return measure_evidence(
        run.model,
        objective.prepare if objective else None,
        data.train,
        data.validation,
        epochs,
        reporter=reporter,
        cancel=cancel,
    )


def _comparable_epochs(run: Run) -> list[EpochMetrics]:
    """The epochs since the objective changed at a resume: earlier losses are others."""
    changed = [change.step for change in run.folder.record.changes if change.arguments]
    return [epoch for epoch in run.folder.metrics() if not changed or epoch.step > changed[-1]]


def recipe_options(run: Run) -> list[str]:
    """The options of the recipe of a run, which advice may name; none of a recipe outside this package."""
    name = run.folder.record.recipe or ""
    return [parameter.name for parameter in recipes[name].parameters] if name in recipes else []


def conclude(run: Run, reporter: Reporter | None = None, cancel: CancelToken | None = None) -> None:
    """Reports the verdict on a training that has just ended.

    Args:
        run: the trained model.
        reporter: receives `VerdictReached`.
        cancel: ends it early.
    """
    reporter = resolve_reporter(reporter)
    reporter.event(VerdictReached(verdict(run, reporter=reporter, cancel=cancel)))
