"""Labels: from arrays, from the names of subfolders, and data of which only some labels are kept."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int64
from torch import Tensor

from autoencode.data.dataset import Dataset
from autoencode.data.values import Array
from autoencode.errors import ArgumentError, DataError
from autoencode.runtime.seeding import derive_seed

Labels = tuple[Int64[Tensor, " n"] | None, tuple[str, ...] | None, tuple[str, ...]]


def read_labels(array: Array, n: int, key: str) -> Labels:
    """Reads labels, one for each example.

    Args:
        array: whole numbers or words, (n,) or (n, 1).
        n: how many examples there are.
        key: the array's name, for messages and notes.

    Returns:
        The labels or None, the names of the classes where they were words, and notes: anything else than whole numbers
        and words (measurements to predict, say) is not used, and a note says so.

    Raises:
        DataError: another number of labels than of examples.
    """
    if array.ndim == 0 or len(array) != n:
        raise DataError(f"'{key}' holds labels of shape {array.shape} for {n:,} examples; expected ({n},)")
    flat = array.reshape(n, -1)
    if flat.shape[1] != 1:
        return None, None, (f"'{key}' of shape {array.shape} is not one label for each example, and is not used",)
    return _read(flat[:, 0], key)


def _read(array: Array, key: str) -> Labels:
    if array.dtype.kind in "US":
        words, indices = np.unique(array, return_inverse=True)
        return torch.from_numpy(indices.astype(np.int64)), tuple(str(word) for word in words), ()
    if array.dtype.kind not in "buif" or not (np.isfinite(array) & (np.rint(array) == array)).all():
        return None, None, (f"'{key}' holds no whole numbers, and is not used as labels",)
    return torch.from_numpy(array.astype(np.int64)), None, ()


_FEWEST = 2


def subfolder_labels(files: Sequence[Path]) -> tuple[Tensor | None, tuple[str, ...] | None]:
    """One class for each top-level subfolder, where every file lies in one and there are at least two.

    Args:
        files: paths inside the folder.

    Returns:
        Labels, int64 (n,), and the classes' names in order; or None twice.

    Example:
        >>> subfolder_labels([Path("cat/1.png"), Path("cat/2.png"), Path("dog/1.png")])
        (tensor([0, 0, 1]), ('cat', 'dog'))
        >>> subfolder_labels([Path("1.png"), Path("dog/1.png")])
        (None, None)
    """
    if any(len(file.parts) < 2 for file in files):
        return None, None
    classes = sorted({file.parts[0] for file in files})
    if len(classes) < _FEWEST:
        return None, None
    number = {name: place for place, name in enumerate(classes)}
    return torch.tensor([number[file.parts[0]] for file in files]), tuple(classes)


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
