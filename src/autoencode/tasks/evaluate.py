"""Evaluates a run on held-out data."""

import json
from dataclasses import replace
from typing import Any, Literal

from autoencode import evaluation
from autoencode.data import ValueRange
from autoencode.data.modality import FrameWindows
from autoencode.errors import RunError
from autoencode.evaluation import Evaluation
from autoencode.objectives import Objective
from autoencode.recipes import recipes
from autoencode.runs.run import Run
from autoencode.storage import atomic_write

_SHARED = ("seed", "batch_size", "reporter", "cancel")
"""Options of both measurements."""


def evaluate(run: Run, split: Literal["test", "validation", "train"] = "test", **options: Any) -> Evaluation:
    """Computes elbo, log-likelihood, reconstruction error and more, and saves them in the run's evaluation.json.

    Args:
        run: the trained model.
        split: of the data; nothing was fitted to "test" or chosen by it.
        options: of `autoencode.evaluation.evaluate`, `reporter` and `cancel` among them.

    Returns:
        The measurements, in nats per example.
    """
    subset = run.data.subsets[split]
    measured = evaluation.evaluate(run.model, subset, split=split, **options)
    shared = {name: options[name] for name in _SHARED if name in options}
    if (masks := run.masks) is not None:
        own = {name: options[name] for name in _SHARED[1:] if name in options}
        quality = evaluation.segmentation_quality(run.model, subset, masks, run.data.train, **own)
        measured = replace(measured, psnr=None, segmentation=quality)
    elif isinstance(run.modality, FrameWindows):
        quality = evaluation.prediction_quality(run.model, subset, run.modality, **shared)
        measured = replace(measured, psnr=None, squared_error=None, prediction=quality)
    elif (objective := trusted_objective(run)) is not None:
        psnr = evaluation.restoration_psnr(run.model, subset, objective.prepare, **shared)
        measured = replace(measured, corrupted_psnr=psnr[0], restored_psnr=psnr[1]) if psnr else measured
    atomic_write(run.folder.path / "evaluation.json", json.dumps(measured.as_dict(), indent=2) + "\n")
    return measured


def trusted_objective(run: Run) -> Objective | None:
    """What the model was trained by; None where it would read files that a stranger names."""
    try:
        return run.objective
    except RunError:
        return None


def cautions(run: Run, measured: Evaluation) -> list[str]:
    """What a reader must know about the numbers of a run besides its verdict.

    Args:
        run: the trained model.
        measured: its evaluation.
    """
    name = run.folder.record.recipe or ""
    has_likelihood = name in recipes and any(p.name == "likelihood" for p in recipes[name].parameters)
    levels = run.folder.record.data is not None and run.folder.data.values == ValueRange.BYTES
    return evaluation.cautions(measured, run.standardisation, has_levels=levels and has_likelihood)
