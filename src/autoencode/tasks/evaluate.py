"""Measures a run on its held-out data."""

import json
from typing import Any, Literal

from autoencode import evaluation
from autoencode.evaluation import Evaluation
from autoencode.storage import write_whole
from autoencode.tasks.run import Run


def evaluate(run: Run, part: Literal["test", "validation", "train"] = "test", **options: Any) -> Evaluation:
    """Elbo, log-likelihood, reconstruction error and latent health, also kept in the run's evaluation.json.

    Args:
        run: the trained model.
        part: which part of the data; "test" was seen by nothing before.
        options: of `autoencode.evaluation.evaluate`.

    Returns:
        The numbers, in nats for each example.
    """
    measured = evaluation.evaluate(run.model, run.data.parts[part], name=part, **options)
    write_whole(run.folder.path / "evaluation.json", json.dumps(measured.as_dict(), indent=2) + "\n")
    return measured
