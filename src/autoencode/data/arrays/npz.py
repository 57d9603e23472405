"""NumPy's archives of several arrays: examples, labels, and perhaps validation and test parts."""

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.lib import format as npy_format

from autoencode.data.arrays.arrays import check_real_dtype, read_array
from autoencode.data.arrays.npy import ArrayHeader, read_array_header, wrap_read_errors
from autoencode.data.examples import Examples
from autoencode.data.formats import file_format
from autoencode.data.labels import Labels, read_labels
from autoencode.data.options import ReadOptions
from autoencode.data.split import PART_NAMES, OfficialSplit
from autoencode.data.values import Array
from autoencode.errors import DataError, ShapeError
from autoencode.storage import open_regular

_X, _Y = ("x", "X", "images", "data"), ("y", "Y", "labels")
_SUFFIX, _SHOWN = ".npy", 5


class _Part(NamedTuple):
    """The names of the arrays of one part: its examples, and their labels where there are some."""

    x: str
    y: str | None


@file_format(".npz", header=lambda path: read_npz_header(path))
def read_npz(path: Path, options: ReadOptions | None = None) -> Examples:
    """NumPy's archives (numpy.savez): examples called x, images or data, labels called y or labels.

    An archive of one array may have any name in it.

    Parts have names such as x_train, x_val and x_test, or train_images and test_images; they are kept apart.

    Args:
        path: where it lies.
        options: how it is to be read; decided from all of it where they say nothing.

    Returns:
        The examples and their labels.

    Raises:
        DataError: damaged, too large, with Python objects inside, or without an array of examples.
        ShapeError: parts whose examples differ in shape.
        ArgumentError: an option without a meaning here.
    """
    options = options or ReadOptions()
    with (
        wrap_read_errors(str(path)),
        open_regular(path, follow=True) as opened,
        zipfile.ZipFile(opened) as archive,
    ):
        names = _names(archive)
        parts = _parts(names, path)
        arrays = [_read(archive, part.x, path) for part in parts.values()]
        labels = [None if part.y is None else _read(archive, part.y, path) for part in parts.values()]
    if single := next((part.x for part, array in zip(parts.values(), arrays, strict=True) if not array.ndim), None):
        raise ShapeError(f"'{single}' in {path} is a single number: save an array of examples under that name")
    sizes = dict(zip(parts, map(len, arrays), strict=True))
    examples = read_array(_joined(parts.values(), arrays), options, owned=True)
    labelled = _labels(parts, labels, sizes, options)
    kept = options.parts != "random"
    return Examples(
        x=examples.x,
        values=examples.values,
        labels=labelled.labels,
        classes=labelled.classes,
        official=OfficialSplit(sizes.get("validation", 0), sizes.get("test", 0)) if kept else OfficialSplit(),
        notes=(*_source_notes(parts, names, options), *examples.notes, *labelled.notes),
        options={
            **examples.options,
            "labels": options.labels,
            "unlabelled": options.unlabelled,
            "parts": options.parts,
        },
        owned=True,
    )


def read_npz_header(path: Path) -> ArrayHeader:
    """Reads no more of an archive than the shape and type of its examples.

    Raises:
        DataError: damaged, too large, or without an array of examples.
    """
    with (
        wrap_read_errors(str(path)),
        open_regular(path, follow=True) as opened,
        zipfile.ZipFile(opened) as archive,
    ):
        key = _parts(_names(archive), path)["train"].x
        with archive.open(key + _SUFFIX) as file:
            return read_array_header(file, f"'{key}' in {path}")


def _names(archive: zipfile.ZipFile) -> list[str]:
    return [name.removesuffix(_SUFFIX) for name in archive.namelist() if name.endswith(_SUFFIX)]


def _parts(names: list[str], path: Path) -> dict[str, _Part]:
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
        found["train"] = _Part(x or (names[0] if len(names) == 1 else ""), y or of_train.y)
    if not found["train"].x:
        expected = ", ".join([*_X, "x_train"])
        there = ", ".join(name if name.isprintable() else ascii(name) for name in names) or "none"
        raise DataError(f"{path} holds no array of examples; expected one of {expected}, found {there[:500]}")
    return {part: arrays for part, arrays in found.items() if arrays.x}


def _of_part(names: list[str], called: Sequence[str]) -> _Part:
    x, y = ([f"{stem}_{part}" for part in called for stem in stems] for stems in (_X, _Y))
    x += [f"{part}_{stem}" for part in called for stem in _X]
    y += [f"{part}_{stem}" for part in called for stem in _Y]
    return _Part(_first(x, names) or "", _first(y, names))


def _first(wanted: Iterable[str], names: list[str]) -> str | None:
    return next((name for name in wanted if name in names), None)


def _read(archive: zipfile.ZipFile, key: str, path: Path) -> Array:
    what = f"'{key}' in {path}"
    with wrap_read_errors(what), archive.open(key + _SUFFIX) as file:
        read_array_header(file, what)
    with wrap_read_errors(what), archive.open(key + _SUFFIX) as file:
        return npy_format.read_array(file, allow_pickle=False)


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
    labels = f", labels from '{parts['train'].y}'" if parts["train"].y else ""
    used = {name for arrays in parts.values() for name in arrays}
    unused = [name for name in names if name not in used]
    shown = ", ".join(unused[:_SHOWN]) + (", …" if len(unused) > _SHOWN else "")
    left = (f"{len(unused)} of {len(names)} arrays are not used: {shown}",) if unused else ()
    return (f"examples from '{parts['train'].x}'{labels}{kept if len(parts) > 1 else ''}", *left)
