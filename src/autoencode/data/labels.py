"""Labels: from arrays, from the names of subfolders, and data of which only some labels are kept."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Int64
from torch import Tensor

from autoencode.data.dataset import Dataset
from autoencode.data.examples import Examples
from autoencode.data.options import ReadOptions
from autoencode.data.values import Array
from autoencode.errors import ArgumentError, DataError
from autoencode.runtime.seeding import derive_seed

_LABEL_SUBSET = 3
_FEWEST, _MANY, _SHOWN = 2, 100, 5


class Labels(NamedTuple):
    """The class of each example.

    Args:
        labels: places in `classes`, (n,), -1 for an example without a label; None where there are no labels.
        classes: the names of the classes, in the order of their values.
        notes: what a person must be shown.
    """

    labels: Int64[Tensor, " n"] | None = None
    classes: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()


def read_labels(array: Array, n: int, key: str, unlabelled: str | None = None) -> Labels:
    """Reads labels, one for each example. Their values are the names of the classes, which are counted from 0.

    Args:
        array: whole numbers or words, (n,) or (n, 1); NaN is no label.
        n: how many examples there are.
        key: the array's name, for messages and notes.
        unlabelled: the value that means no label, as text.

    Returns:
        The labels; none where there are measurements to predict or names of examples, which a note says.

    Raises:
        DataError: another number of labels than of examples.
        ArgumentError: no label has the value `unlabelled`.
    """
    if array.ndim == 0 or len(array) != n:
        raise DataError(f"'{key}' holds labels of shape {array.shape} for {n:,} examples; expected ({n},)")
    flat = array.reshape(n, -1)
    if flat.shape[1] != 1:
        return _not_used(f"'{key}' of shape {array.shape} is not one label for each example")
    return _read(flat[:, 0], key, unlabelled)


def read_text_labels(texts: Sequence[str | None], key: str, unlabelled: str | None = None) -> Labels:
    """Reads labels that are text, None where there is none.

    Args:
        texts: one for each example.
        key: where they come from, for messages and notes.
        unlabelled: the text that means no label.

    Raises:
        ArgumentError: no label is `unlabelled`.
    """
    there = torch.tensor([text is not None for text in texts])
    found = _read(np.array([text for text in texts if text is not None]), key, unlabelled)
    if found.labels is None:
        return found
    labels = torch.full((len(texts),), -1)
    labels[there] = found.labels
    return Labels(labels, found.classes, (found.notes[0], *_unlabelled_note(labels.numpy(), found.classes or ())))


def _read(array: Array, key: str, unlabelled: str | None) -> Labels:
    labelled = ~np.isnan(array) if array.dtype.kind == "f" else np.ones(len(array), bool)
    if array.dtype.kind not in "USbuif" or not _is_whole(array[labelled]):
        return _not_used(f"'{key}' holds no whole numbers and no words")
    found, places = np.unique(array[labelled], return_inverse=True)
    if len(found) > max(_MANY, len(array) // 2):
        return _not_used(f"'{key}' holds {len(found):,} different values for {len(array):,} examples")
    labels, names = np.full(len(array), -1), [_name(value) for value in found]
    labels[labelled] = places
    if unlabelled is not None:
        labels, names = _without(labels, names, unlabelled)
    note = f"{len(names):,} classes in '{key}': {_shown(names)} (--labels none leaves them out)"
    return Labels(torch.from_numpy(labels.astype(np.int64)), tuple(names), (note, *_unlabelled_note(labels, names)))


def _is_whole(array: Array) -> bool:
    return array.dtype.kind in "USbui" or bool((np.isfinite(array) & (np.rint(array) == array)).all())


def _name(value: object) -> str:
    return str(int(value)) if isinstance(value, np.floating) else str(value)


def _without(labels: Array, names: list[str], unlabelled: str) -> tuple[Array, list[str]]:
    """Labels and names without one class, whose examples are then unlabelled."""
    if unlabelled not in names:
        raise ArgumentError(f"--unlabelled takes one of the labels, {_shown(names)}, not {unlabelled!r}")
    place = names.index(unlabelled)
    labels = np.where(labels == place, -1, labels - (labels > place))
    return labels, [name for name in names if name != unlabelled]


def _unlabelled_note(labels: Array, names: Sequence[str]) -> tuple[str, ...]:
    missing = int((labels < 0).sum())
    if missing:
        return (f"{missing:,} of {len(labels):,} examples have no label",)
    return ("-1 is a class like the others; --unlabelled -1 makes it mean no label",) if "-1" in names else ()


def _not_used(reason: str) -> Labels:
    return Labels(notes=(f"{reason}, and is not used as labels",))


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")


def subfolder_labels(files: Sequence[Path], folders: frozenset[Path] = frozenset()) -> Labels:
    """One class for each top-level subfolder, where every file lies in one and there are at least two.

    Args:
        files: paths inside the folder.
        folders: all subfolders that hold files, whether these can be read or not.

    Example:
        >>> subfolder_labels([Path("cat/1.png"), Path("cat/2.png"), Path("dog/1.png")])[:2]
        (tensor([0, 0, 1]), ('cat', 'dog'))
        >>> subfolder_labels([Path("1.png"), Path("dog/1.png")]).labels is None
        True
    """
    if any(len(file.parts) < 2 for file in files):
        return Labels()
    classes = sorted({file.parts[0] for file in files})
    if len(classes) < _FEWEST:
        return Labels()
    number = {name: place for place, name in enumerate(classes)}
    note = f"labels from {len(classes)} subfolders: {_shown(classes)} (--labels none leaves them out)"
    lost = sorted({folder.parts[0] for folder in folders if folder.parts} - set(classes))
    missing = (f"no picture of {len(lost)} subfolders can be read: {_shown(lost)}",) if lost else ()
    labels = torch.tensor([number[file.parts[0]] for file in files])
    return Labels(labels, tuple(classes), (note, *missing))


def with_label_subset(data: Dataset, n: int, seed: int) -> Dataset:
    """The same data where `n` training examples keep their label, as many of each class; the others get -1.

    The validation part keeps no label either, as it chooses the weights; the test part keeps its own, to test with.

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
    classes = labels[labels >= 0].unique()
    if n < len(classes):
        raise ArgumentError(f"--n-labels takes at least one for each of {len(classes)} classes, not {n}")
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(derive_seed(seed, _LABEL_SUBSET)))
    kept: list[Tensor] = []
    for number, one in enumerate(classes):
        wanted = n // len(classes) + (number < n % len(classes))
        of_class = order[labels[order] == one]
        if len(of_class) < wanted:
            raise ArgumentError(
                f"--n-labels {n} asks for {wanted} examples of class {int(one)}, which has {len(of_class)}"
            )
        kept.append(of_class[:wanted])
    return torch.cat(kept)


def with_labels(examples: Examples, found: Labels, options: ReadOptions) -> Examples:
    """Examples with labels that came beside them, and what was asked for them."""
    return replace(
        examples,
        labels=found.labels,
        classes=found.classes,
        notes=(*examples.notes, *found.notes),
        options={**examples.options, "labels": options.labels, "unlabelled": options.unlabelled},
    )
