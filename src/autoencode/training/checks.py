"""Checks of a training's parts against each other, before anything is computed or written."""

import torch

from autoencode.data import Augmentation, Dataset, sequential_batches
from autoencode.data.augmentation import AUTO
from autoencode.data.shards.file_rows import FileRows
from autoencode.errors import ArgumentError, DataError, ShapeError
from autoencode.model import Autoencoder
from autoencode.objectives import Objective
from autoencode.runtime.device import resolve_device
from autoencode.runtime.seeding import preserved_rng
from autoencode.settings import Settings
from autoencode.training.lr_schedules import lr_schedules
from autoencode.training.optimizers import optimizers

_MOST_CHECKED = 10_000


def check_training(model: Autoencoder, objective: Objective, data: Dataset, settings: Settings) -> None:
    """Raises unless these parts can be trained together. All data in memory are read once, and a sample
    of those in files.

    Raises:
        UnknownNameError: there is no such optimizer or schedule.
        ArgumentError: there is no such device, or the data cannot be augmented.
        ShapeError: the examples have another shape than the model, or the objective's corruption needs another.
        DataError: values outside the likelihood's support, no context for a conditional model, or a corruption's file
            cannot be read.
    """
    _check_settings(settings, data)
    _check_data(model, data)
    _check_objective(objective, data)


def _check_settings(settings: Settings, data: Dataset) -> None:
    _ = optimizers[settings.optimizer], lr_schedules[settings.schedule], resolve_device(settings.device)
    context = data.train.context
    same_size = context is None or context.dtype == torch.int64 or context.shape[2:] == data.data_shape[1:]
    if settings.augment == AUTO:
        return
    augmentation = Augmentation.parse(settings.augment)
    if augmentation.transpose and not data.modality.can_transpose:
        raise ArgumentError(
            f"--augment transpose moves the notes of music, and {data.name} has {data.modality.noun}: leave it out"
        )
    if augmentation.excerpt and not data.modality.can_be_cut:
        raise ArgumentError(
            f"--augment excerpt cuts pieces of chords, and {data.name} has {data.modality.noun}: leave it out"
        )
    suits = data.modality.can_augment or (data.modality.can_shift and augmentation.suits_sounds)
    if augmentation.of_pictures and not (suits and same_size):
        raise ArgumentError(
            "--augment needs pictures (sounds take shift:N and stretch) whose context, if any, is a class or a "
            f"picture of the same size, and {data.name} has other examples: leave --augment out"
        )


def _check_data(model: Autoencoder, data: Dataset) -> None:
    if data.data_shape != model.data_shape:
        raise ShapeError(f"the model takes examples of shape {model.data_shape}, and {data.name} has {data.data_shape}")
    if model.is_conditional and data.train.conditioning([0]) is None:
        raise DataError(
            f"the model needs a class or another context for each example, and {data.name} has none: put the pictures "
            "of each class into a folder of their own, or choose another recipe"
        )
    for whole in (data.train, data.validation, data.test):
        # rows that lie in files are bytes, or known to be finite: a sample shows whether the likelihood suits them
        part = whole.subsample(_MOST_CHECKED) if isinstance(whole.x, FileRows) else whole
        for rows in part.chunks():
            targets = part.targets(rows)
            model.likelihood.check(part.inputs(rows) if targets is None else targets)


def _check_objective(objective: Objective, data: Dataset) -> None:
    """Prepares one example, which applies the objective's corruption."""
    with preserved_rng(torch.device("cpu")):
        objective.prepare(next(sequential_batches(data.train[:1], 1)))
