"""The classifier of a data set, trained once and cached."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from autoencode.data import Dataset
from autoencode.data.dataset import fingerprint
from autoencode.data.published.cache import cache_folder
from autoencode.errors import DataError, RunError
from autoencode.evaluation import Classifier, Estimate, accuracy, train_classifier
from autoencode.runs.tensor_file import load_into, load_tensors, save_tensors
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, resolve_reporter
from autoencode.runtime.seeding import preserved_rng

_VERSION, _EPOCHS = 1, 4
"""The version changes with the network and the training, so that cached weights always fit."""


@dataclass(frozen=True)
class TrainedClassifier:
    """A classifier and its accuracy.

    Args:
        model: takes examples in the model's units.
        accuracy: on the test split.
        path: the file of its weights.
    """

    model: Classifier
    accuracy: Estimate
    path: Path


def load_or_train_classifier(
    data: Dataset, *, seed: int = 0, reporter: Reporter | None = None, cancel: CancelToken | None = None
) -> TrainedClassifier:
    """A small classifier that was trained on the training split: from the cache folder, or trained now.

    Training takes about three minutes for Fashion-MNIST on one core. The same data, split, labels, seed and machine
    give the same weights; a damaged file is replaced.

    Args:
        data: with labels.
        seed: of weights and batches.
        reporter: receives the progress of a training, and a note where it is kept.
        cancel: ends a training early; nothing is kept of it.

    Raises:
        CancelledError: `cancel` asked for it.
        DataError: the data have no labels.
    """
    n_classes, path = _n_classes(data), _path(data, seed)
    model = _load_cached(path, data, n_classes)
    if model is None:
        reporter = resolve_reporter(reporter)
        reporter.note(f"training a classifier of {data.name}, once; it is kept in {path.parent}")
        model = train_classifier(data.train, n_classes, epochs=_EPOCHS, seed=seed, reporter=reporter, cancel=cancel)
        save_tensors(path, model.state_dict(), _facts(data, seed))
    return TrainedClassifier(model, accuracy(model, data.test), path)


def _n_classes(data: Dataset) -> int:
    if data.train.labels is None or not len(data.train) or not bool((data.train.labels >= 0).any()):
        raise DataError(f"a classifier needs labels, which {data.name} does not have")
    return len(data.classes) if data.classes else int(data.train.labels.max()) + 1


def _facts(data: Dataset, seed: int) -> dict[str, Any]:
    return {
        "version": _VERSION,
        "data": data.fingerprint,
        "split": fingerprint(data.split.train, data.train.labels),  # fewer labels give another classifier
        "epochs": _EPOCHS,
        "seed": seed,
    }


def _path(data: Dataset, seed: int) -> Path:
    facts = _facts(data, seed)
    name = "".join(letter if letter.isalnum() else "-" for letter in data.name)[:40]
    return (
        cache_folder("classifiers") / f"{name}-{facts['data'][:8]}-{facts['split'][:8]}-{_VERSION}-{seed}.safetensors"
    )


def _load_cached(path: Path, data: Dataset, n_classes: int) -> Classifier | None:
    """The cached classifier; None if there is none, or if it cannot be used."""
    if not path.is_file():
        return None
    with preserved_rng():
        model = Classifier(data.data_shape, n_classes)
    try:
        tensors, _ = load_tensors(path)
        load_into(model, tensors, path)
    except RunError:
        return None
    return model.to(memory_format=torch.channels_last).eval()  # pyright: ignore[reportCallIssue]
