"""NumPy's archives of several arrays: examples, labels, and perhaps a test part."""

import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.lib import format as npy_format

from autoencode.data.arrays.arrays import check_real_dtype, read_array
from autoencode.data.arrays.npy import ArrayHeader, read_array_header, wrap_read_errors
from autoencode.data.examples import Examples
from autoencode.data.labels import Labels, read_labels
from autoencode.data.split import OfficialSplit
from autoencode.data.values import Array, ValueRange
from autoencode.errors import DataError, ShapeError

_X = ("x", "images", "data", "X", "x_train", "X_train")
_Y = ("y", "labels", "Y", "y_train", "Y_train")
_X_TEST, _Y_TEST = ("x_test", "X_test"), ("y_test", "Y_test")
_SUFFIX = ".npy"


class _Keys(NamedTuple):
    """The names of the arrays that are used."""

    x: str
    y: str | None
    x_test: str | None
    y_test: str | None


def read_npz(path: Path, requested: ValueRange | None = None) -> Examples:
    """Reads an archive whose arrays are called x, images, data or x_train (or is the only one), y or labels.

    Where it has `x_test`, those examples are the test part and are not mixed with the others.

    Args:
        path: where it lies.
        requested: how the numbers are to be read; None to decide from all of them.

    Returns:
        The examples and their labels.

    Raises:
        DataError: damaged, too large, with Python objects inside, or without an array of examples.
        ShapeError: training and test examples that differ in shape.
    """
    with wrap_read_errors(str(path)), zipfile.ZipFile(path) as archive:
        keys = _keys(_names(archive), path)
        x, x_test = _read(archive, keys.x, path), _read_if(archive, keys.x_test, path)
        y, y_test = _read_if(archive, keys.y, path), _read_if(archive, keys.y_test, path)
    examples = read_array(_joined(x, x_test), requested)
    labels, classes, notes = _labels(keys, y, y_test, len(x), 0 if x_test is None else len(x_test))
    return Examples(
        x=examples.x,
        values=examples.values,
        labels=labels,
        classes=classes,
        official=OfficialSplit(test=0 if x_test is None else len(x_test)),
        notes=(*_said(keys), *examples.notes, *notes),
        options=examples.options,
    )


def read_npz_header(path: Path) -> ArrayHeader:
    """Reads no more of an archive than the shape and type of its examples.

    Raises:
        DataError: damaged, too large, or without an array of examples.
    """
    with wrap_read_errors(str(path)), zipfile.ZipFile(path) as archive:
        key = _keys(_names(archive), path).x
        with archive.open(key + _SUFFIX) as file:
            return read_array_header(file, f"'{key}' in {path}")


def _names(archive: zipfile.ZipFile) -> list[str]:
    return [name.removesuffix(_SUFFIX) for name in archive.namelist() if name.endswith(_SUFFIX)]


def _keys(names: list[str], path: Path) -> _Keys:
    x_test = _first(_X_TEST, names)
    x = _first(_X[::-1] if x_test else _X, names) or (names[0] if len(names) == 1 else None)
    if x is None:
        found = ", ".join(names) or "none"
        raise DataError(f"{path} holds no array of examples; expected one of {', '.join(_X)}, found {found}")
    return _Keys(x, _first(_Y[::-1] if x_test else _Y, names), x_test, _first(_Y_TEST, names))


def _first(wanted: tuple[str, ...], names: list[str]) -> str | None:
    return next((name for name in wanted if name in names), None)


def _read(archive: zipfile.ZipFile, key: str, path: Path) -> Array:
    what = f"'{key}' in {path}"
    with wrap_read_errors(what), archive.open(key + _SUFFIX) as file:
        read_array_header(file, what)
    with wrap_read_errors(what), archive.open(key + _SUFFIX) as file:
        return npy_format.read_array(file, allow_pickle=False)


def _read_if(archive: zipfile.ZipFile, key: str | None, path: Path) -> Array | None:
    return None if key is None else _read(archive, key, path)


def _joined(x: Array, x_test: Array | None) -> Array:
    check_real_dtype(x.dtype)
    if x_test is None:
        return x
    check_real_dtype(x_test.dtype)
    if x.shape[1:] != x_test.shape[1:] or not x.ndim:
        raise ShapeError(f"examples of shape {x.shape} and test examples of shape {x_test.shape} do not go together")
    return np.concatenate([x, x_test])


def _labels(keys: _Keys, y: Array | None, y_test: Array | None, n: int, n_test: int) -> Labels:
    if keys.y is None or y is None:
        return None, None, ()
    if not n_test:
        return read_labels(y, n, keys.y)
    if y_test is None or y.ndim == 0 or len(y) != n or y.shape[1:] != y_test.shape[1:]:
        return None, None, (f"'{keys.y}' has no labels beside it for the test part, and is not used",)
    return read_labels(np.concatenate([y, y_test]), n + n_test, f"{keys.y} and {keys.y_test}")


def _said(keys: _Keys) -> tuple[str, ...]:
    test = f", '{keys.x_test}' is the test part" if keys.x_test else ""
    labels = f", labels from '{keys.y}'" if keys.y else ""
    return (f"examples from '{keys.x}'{labels}{test}",)
