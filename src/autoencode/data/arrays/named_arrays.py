"""Files of several arrays that have names: examples, labels, and perhaps validation and test parts."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from autoencode.data.arrays.arrays import check_real_dtype, read_array
from autoencode.data.arrays.npy import ArrayHeader
from autoencode.data.examples import Examples
from autoencode.data.labels import Labels, read_labels
from autoencode.data.masks.mask_array import read_masks
from autoencode.data.options import ReadOptions
from autoencode.data.split import PART_NAMES, OfficialSplit
from autoencode.data.values import Array
from autoencode.errors import DataError, ShapeError

_X, _Y = ("x", "X", "images", "data"), ("y", "Y", "labels")
_MASKS = ("masks", "mask", "target", "targets", "y", "Y", "labels")
_SHOWN = 5
_AXES = 2
"""Arrays of fewer axes hold no examples."""


class NamedArrays(ABC):
    """An open file of arrays that have names.

    Args:
        what: the file, for messages.
    """

    def __init__(self, what: str) -> None:
        self.what = what

    @property
    @abstractmethod
    def names(self) -> list[str]:
        """The names of all arrays, in the order of the file."""
        raise NotImplementedError

    @abstractmethod
    def header(self, name: str) -> ArrayHeader:
        """Shape and type of an array, without its numbers.

        Raises:
            DataError: damaged, or larger than this machine's memory.
        """
        raise NotImplementedError

    @abstractmethod
    def read(self, name: str) -> Array:
        """An array.

        Raises:
            DataError: damaged, or larger than this machine's memory.
        """
        raise NotImplementedError

    def examples_header(self, name: str) -> ArrayHeader:
        """Shape and type of an array as examples: one for each place of its first axis."""
        return self.header(name)

    def read_examples(self, name: str, labels: str | None) -> tuple[Array, str]:
        """An array as examples, one for each place of its first axis, and a note where its axes were moved for it.

        Args:
            name: of the array.
            labels: the name of the array of labels, which knows how many examples there are, or None.
        """
        del labels
        return self.read(name), ""


class _Part(NamedTuple):
    """The names of the arrays of one part: its examples, and their labels where there are some."""

    x: str
    y: str | None


def read_named_arrays(arrays: NamedArrays, options: ReadOptions) -> Examples:
    """Reads the examples of a file, and their labels.

    Examples are called x, images or data, and labels y or labels. One array alone may have any name, and one alone of
    two axes or more. Parts have names such as x_train, x_val and x_test, or train_images and test_images; they are kept
    apart. `options.array` and `options.labels` name others.

    Args:
        arrays: the open file.
        options: how it is to be read.

    Raises:
        DataError: damaged, too large, with Python objects inside, or without an array of examples.
        ShapeError: parts whose examples differ in shape.
        ArgumentError: an option without a meaning here.
    """
    names = arrays.names
    parts = _chosen_parts(arrays, options)
    if options.has_masks:
        return _with_masks(arrays, parts, options)
    read = [arrays.read_examples(part.x, part.y) for part in parts.values()]
    labels = [None if part.y is None else arrays.read(part.y) for part in parts.values()]
    x, moved = [one for one, _ in read], tuple(dict.fromkeys(note for _, note in read if note))
    if single := next((part.x for part, array in zip(parts.values(), x, strict=True) if not array.ndim), None):
        raise ShapeError(f"'{single}' in {arrays.what} is a single number: save an array of examples under that name")
    sizes = dict(zip(parts, map(len, x), strict=True))
    examples = read_array(_joined(parts.values(), x), options, owned=True)
    labelled = _labels(parts, labels, sizes, options)
    kept = options.parts != "random"
    return Examples(
        x=examples.x,
        values=examples.values,
        labels=labelled.labels,
        classes=labelled.classes,
        official=OfficialSplit(sizes.get("validation", 0), sizes.get("test", 0)) if kept else OfficialSplit(),
        notes=(*_source_notes(parts, names, options), *moved, *examples.notes, *labelled.notes),
        options={
            **examples.options,
            "array": options.array,
            "labels": options.labels,
            "unlabelled": options.unlabelled,
            "parts": options.parts,
        },
        owned=True,
    )


def _with_masks(arrays: NamedArrays, parts: dict[str, _Part], options: ReadOptions) -> Examples:
    """Pictures and their masks, from two arrays.

    Raises:
        DataError: there are several parts, no array of masks, or masks that do not fit the pictures.
    """
    options.refuse(arrays.what, "labels", "unlabelled")
    if len(parts) > 1:
        raise DataError(f"{arrays.what} holds several parts: name one array of pictures with --array")
    name = str(options.target) if options.target else _first(_MASKS, arrays.names)
    if name is None or name not in arrays.names:
        raise DataError(f"{arrays.what} holds no array of masks; --target takes one of {_listed(arrays.names)}")
    x, note = arrays.read_examples(parts["train"].x, None)
    examples = read_array(x, options, owned=True)
    if examples.x.ndim != 4:
        raise DataError(f"'{parts['train'].x}' in {arrays.what} holds no pictures, and masks belong to pictures")
    found, planes = read_masks(arrays.read(name), tuple(examples.x.shape), name, objects=options.target_is == "objects")
    return Examples(
        x=examples.x,
        values=examples.values,
        target=planes,
        masks=found.classes,
        notes=(
            f"examples from '{parts['train'].x}', masks from '{name}'",
            *((note,) if note else ()),
            *examples.notes,
            *found.notes,
        ),
        options={
            **examples.options,
            "array": options.array,
            "target": name,
            "target_is": options.target_is,
            "parts": options.parts,
        },
        owned=True,
    )


def named_arrays_header(arrays: NamedArrays) -> ArrayHeader:
    """Shape and type of the examples of a file.

    Raises:
        DataError: damaged, too large, or without an array of examples.
    """
    return arrays.examples_header(_chosen_parts(arrays, ReadOptions())["train"].x)


def _chosen_parts(arrays: NamedArrays, options: ReadOptions) -> dict[str, _Part]:
    """The arrays of each part, or those that a person named."""
    names = arrays.names
    _check_named(arrays, "--array", options.array)
    _check_named(arrays, "--labels", options.label_source)
    if options.array is not None:
        y = options.label_source or _first(_Y, [name for name in names if name != options.array])
        return {"train": _Part(options.array, y)}
    parts = _parts(names, arrays)
    if options.label_source is None:
        return parts
    if len(parts) > 1:
        raise DataError(f"{arrays.what} holds parts with labels of their own: leave --labels {options.labels} out")
    return {"train": parts["train"]._replace(y=options.label_source)}


def _check_named(arrays: NamedArrays, option: str, name: str | None) -> None:
    if name is not None and name not in arrays.names:
        raise DataError(f"{arrays.what} holds no array {name!r}; {option} takes one of {_listed(arrays.names)}")


def _parts(names: list[str], arrays: NamedArrays) -> dict[str, _Part]:
    """The arrays of each part that is there, in the order of the parts; those of no part train.

    Raises:
        DataError: there are no examples to train with.
    """
    found = {part: _of_part(names, called) for part, called in PART_NAMES.items()}
    of_train, x, y = found["train"], _first(_X, names) or "", _first(_Y, names)
    held_out = any(found[part].x for part in ("validation", "test"))
    if of_train.x and (held_out or not x):
        found["train"] = _Part(of_train.x, of_train.y or y)
    else:
        found["train"] = _Part(x or _only(names, arrays), y or of_train.y)
    if not found["train"].x:
        expected = ", ".join([*_X, "x_train"])
        raise DataError(
            f"{arrays.what} holds no array of examples; expected one of {expected}, found {_listed(names)}: name one "
            "with --array"
        )
    return {part: arrays for part, arrays in found.items() if arrays.x}


def _of_part(names: list[str], called: Sequence[str]) -> _Part:
    x, y = ([f"{stem}_{part}" for part in called for stem in stems] for stems in (_X, _Y))
    x += [f"{part}_{stem}" for part in called for stem in _X]
    y += [f"{part}_{stem}" for part in called for stem in _Y]
    return _Part(_first(x, names) or "", _first(y, names))


def _first(wanted: Iterable[str], names: list[str]) -> str | None:
    return next((name for name in wanted if name in names), None)


def _only(names: list[str], arrays: NamedArrays) -> str:
    """The only array, or the only one that can hold examples; "" where there are several."""
    fitting = names if len(names) == 1 else [name for name in names if len(arrays.header(name).shape) >= _AXES]
    return fitting[0] if len(fitting) == 1 else ""


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name if name.isprintable() else ascii(name) for name in names)[:500] or "none"


def _joined(parts: Iterable[_Part], arrays: list[Array]) -> Array:
    """All examples, the parts one after the other.

    Raises:
        ShapeError: they differ in shape.
        DataError: types that hold no real numbers.
    """
    first = arrays[0]
    for part, array in zip(parts, arrays, strict=True):
        check_real_dtype(array.dtype)
        if array.ndim == 0 or array.shape[1:] != first.shape[1:]:
            raise ShapeError(
                f"examples of shape {first.shape} and those of '{part.x}', {array.shape}, may differ in number only"
            )
    return first if len(arrays) == 1 else np.concatenate(arrays)


def _labels(parts: dict[str, _Part], labels: list[Array | None], sizes: dict[str, int], options: ReadOptions) -> Labels:
    """The labels of all parts; none where a part has none that fit."""
    first, names = labels[0], [part.y for part in parts.values() if part.y]
    if first is None or options.labels == "none":
        return Labels()
    if len(parts) == 1:
        return read_labels(first, sizes["train"], names[0], options.unlabelled)
    complete = [array for array in labels if array is not None]
    alone = [
        part
        for (part, n), array in zip(sizes.items(), labels, strict=True)
        if array is None or array.ndim == 0 or len(array) != n or array.shape[1:] != first.shape[1:]
    ]
    if alone:
        return Labels(notes=(f"'{names[0]}' is not used: the {alone[0]} part has no labels that fit its examples",))
    return read_labels(np.concatenate(complete), sum(sizes.values()), " and ".join(names), options.unlabelled)


def _source_notes(parts: dict[str, _Part], names: list[str], options: ReadOptions) -> tuple[str, ...]:
    """Which arrays are what, and which are not used."""
    held_out = "".join(f", '{arrays.x}' is the {part} part" for part, arrays in parts.items() if part != "train")
    kept = held_out if options.parts != "random" else ", all parts are divided anew at random"
    has_labels = parts["train"].y and options.labels != "none"
    labels = f", labels from '{parts['train'].y}'" if has_labels else ""
    used = {name for arrays in parts.values() for name in arrays}
    unused = [name for name in names if name not in used]
    shown = ", ".join(unused[:_SHOWN]) + (", …" if len(unused) > _SHOWN else "")
    left = (f"{len(unused)} of {len(names)} arrays are not used: {shown}",) if unused else ()
    return (f"examples from '{parts['train'].x}'{labels}{kept if len(parts) > 1 else ''}", *left)
