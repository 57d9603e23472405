"""Data of which only a few labels are shown."""

from dataclasses import replace

import torch
from jaxtyping import Int64
from torch import Tensor

from autoencode.data.dataset import Dataset
from autoencode.errors import ArgumentError, DataError
from autoencode.runtime.seeding import derive_seed

_SHOWN = 3


def with_label_subset(data: Dataset, n: int, seed: int) -> Dataset:
    """The same data where `n` training examples keep their label, as many of each class; the others get −1.

    No label of the validation part is shown either, as it chooses the weights to keep; the test part's stay, to judge.

    Args:
        data: with labels.
        n: at least one for each class; what is left over when classes share evenly goes to the first ones.
        seed: chooses which.

    Raises:
        DataError: the data have no labels.
        ArgumentError: fewer labels than classes, or more than a class has.
    """
    if data.train.labels is None:
        raise DataError(f"--n-labels keeps some labels, and {data.name} has none: leave it out")
    train = torch.full_like(data.train.labels, -1)
    kept = _chosen(data.train.labels, n, seed)
    train[kept] = data.train.labels[kept]
    validation = None if data.validation.labels is None else torch.full_like(data.validation.labels, -1)
    return replace(
        data,
        train=replace(data.train, labels=train),
        validation=replace(data.validation, labels=validation),
        notes=(*data.notes, f"{n:,} of {len(train):,} training examples keep their label, and none to validate with"),
        options={**data.options, "n_labels": n},
    )


def _chosen(labels: Int64[Tensor, " n"], n: int, seed: int) -> Int64[Tensor, " kept"]:
    """Places of `n` examples, the classes in turn."""
    classes = labels.unique()
    if n < len(classes):
        raise ArgumentError(f"--n-labels takes at least one for each of {len(classes)} classes, not {n}")
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(derive_seed(seed, _SHOWN)))
    kept: list[Tensor] = []
    for number, one in enumerate(classes):
        wanted = n // len(classes) + (number < n % len(classes))
        of_class = order[labels[order] == one]
        if len(of_class) < wanted:
            raise ArgumentError(f"--n-labels {n} asks for {wanted} of class {int(one)}, which has {len(of_class)}")
        kept.append(of_class[:wanted])
    return torch.cat(kept)
