"""A few labels, from training to the report."""

from pathlib import Path

import pytest

from autoencode.data import load
from autoencode.runs.run import Run
from autoencode.tasks import evaluate, generate, reconstruct, report, train
from autoencode.views.report.rows import rows


@pytest.mark.slow
def test_few_labels_and_many_examples_teach_the_classes(tmp_path: Path) -> None:
    run = train("digits", "m2-vae", n_labels=50, epochs=30, min_steps=300, latent_dim=8, out=tmp_path / "run")
    right = evaluate(run, importance_samples=0).classification_accuracy
    assert right.value - 5 * right.standard_error > 0.5  # one in ten by chance


def test_the_whole_path(tmp_path: Path) -> None:
    run = train("digits", "m2-vae", n_labels=30, limit=200, steps=3, latent_dim=4, out=tmp_path / "run")
    assert run.folder.record.arguments["n_classes"] == 10
    assert run.folder.data.options["n_labels"] == 30
    again = Run(tmp_path / "run")
    assert again.data.train.labels.equal(load("digits", n_labels=30, limit=200).train.labels)
    measured = evaluate(again, importance_samples=5, importance_examples=20)
    assert 0 <= measured.classification_accuracy.value <= 1
    assert "classification accuracy" in [row.name for row in rows(measured)]
    assert report(again, measured).is_file()
    assert generate(again, 4)[0].shape == (4, 1, 8, 8)
    assert reconstruct(again).reconstructions.shape[1:] == (1, 8, 8)
    assert evaluate(again, "validation", importance_samples=0).classification_accuracy is None


def test_other_models_have_no_classification_accuracy(tmp_path: Path) -> None:
    run = train("digits", "dense-vae", limit=200, steps=2, out=tmp_path / "run")
    assert evaluate(run, importance_samples=0).classification_accuracy is None
