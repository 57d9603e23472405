"""Measures a run on its held-out data."""

import json
from typing import Any, Literal

from autoencode import evaluation
from autoencode.evaluation import Evaluation
from autoencode.runs.run import Run
from autoencode.storage import atomic_write


def evaluate(run: Run, split: Literal["test", "validation", "train"] = "test", **options: Any) -> Evaluation:
    """Elbo, log-likelihood, reconstruction error and latent health, also kept in the run's evaluation.json.

    Args:
        run: the trained model.
        split: which part of the data; "test" was seen by nothing before.
        options: of `autoencode.evaluation.evaluate`, `reporter` and `cancel` among them.

    Returns:
        The numbers, in nats for each example.
    """
    measured = evaluation.evaluate(run.model, run.data.subsets[split], split=split, **options)
    atomic_write(run.folder.path / "evaluation.json", json.dumps(measured.as_dict(), indent=2) + "\n")
    return measured
