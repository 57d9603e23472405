"""Examples from collections in memory: a torch Dataset or DataLoader, a Hugging Face dataset, a list.

They are known by what they can do, so that nothing has to be installed for it.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

import numpy as np
import torch
from PIL import Image

from autoencode.data.arrays.arrays import read_array, tensor_to_array
from autoencode.data.examples import Examples
from autoencode.data.labels import Labels, read_labels, with_labels
from autoencode.data.memory import check_fits
from autoencode.data.options import ReadOptions
from autoencode.data.tables.table import read_table
from autoencode.data.values import Array
from autoencode.errors import ArgumentError, DataError, ShapeError

_PICTURES, _LABELS = ("image", "img", "picture"), ("label", "labels", "class", "fine_label")


def is_collection(source: object) -> bool:
    """Whether something can be gone through one example after the other, and is neither text, a path nor an array."""
    return not isinstance(source, str | bytes) and hasattr(source, "__getitem__") | hasattr(source, "__iter__")


def read_collection(source: Any, options: ReadOptions) -> Examples:
    """Reads all examples of a collection.

    An example is an array, a tensor, a picture of Pillow, or a tuple of one and its label; of a `DataLoader` the
    `dataset` is read, and a collection that becomes a pandas.DataFrame (`to_pandas`) is a table unless it has a column
    of pictures.

    Args:
        source: the collection.
        options: how its array, or its table, is to be read.

    Raises:
        DataError: no examples, or things that are no examples.
        ShapeError: examples of different shapes.
    """
    source = source.dataset if hasattr(source, "batch_sampler") else source
    if hasattr(source, "to_pandas"):
        picture = _column(source, _PICTURES)
        if picture is None:
            return read_table(source.to_pandas(), options)
        return _of_columns(source, picture, options)
    if isinstance(source, dict):
        raise ArgumentError("a dictionary is no data set: give the array of examples, or save both with numpy.savez")
    return _of_pairs(_items(source), getattr(source, "classes", None), options, _length(source))


def _items(source: Any) -> Iterator[Any]:
    """The examples in order; a torch Dataset need not be iterable."""
    n = _length(source)
    if n is not None and hasattr(source, "__getitem__"):
        return (source[place] for place in range(n))
    return iter(source)


def _length(source: Any) -> int | None:
    return len(source) if hasattr(source, "__len__") else None


def _column(source: Any, names: Iterable[str]) -> str | None:
    return next((name for name in names if name in source.column_names), None)


def _of_columns(source: Any, picture: str, options: ReadOptions) -> Examples:
    """Pictures and labels of a Hugging Face dataset; its features know the names of the classes."""
    label = options.label_source or _column(source, _LABELS)
    if label is not None and label not in source.column_names:
        raise DataError(f"--labels {label}: there is no such column; there are {', '.join(source.column_names)}")
    pairs = ((row[picture], row[label]) if label else row[picture] for row in _items(source))
    names = getattr(source.features.get(label), "names", None) if label else None
    return _of_pairs(pairs, names, options, len(source))


def _of_pairs(items: Iterator[Any], classes: object, options: ReadOptions, n: int | None) -> Examples:
    """One array of all examples, with their labels where every item is a tuple."""
    first = next(items, None)
    if first is None:
        raise DataError("the collection holds no examples")
    labelled = isinstance(first, tuple) and len(first) == 2 and np.ndim(_plain(first[1])) == 0
    start = _array(first[0] if labelled else first)
    if n is not None:
        check_fits(n * start.nbytes, "the collection")
    arrays, labels = list[Array](), list[Any]()
    for item in chain([first], islice(items, None if n is None else n - 1)):
        x, y = item if labelled else (item, None)
        arrays.append(_array(x))
        labels.append(_plain(y))
        if arrays[-1].shape != start.shape:
            raise ShapeError(f"examples of shape {start.shape} and {arrays[-1].shape}: resize all to one size first")
    stacked = np.stack(arrays)
    examples = read_array(stacked.reshape(-1, 1) if stacked.ndim == 1 else stacked, options, owned=True)
    if not labelled or options.labels == "none":
        return examples
    found = _named(read_labels(np.array(labels), len(arrays), "labels", options.unlabelled), classes)
    return with_labels(examples, found, options)


def _named(found: Labels, classes: object) -> Labels:
    """Labels with the names that the collection has for them, where each number has one."""
    names = list(classes) if isinstance(classes, list | tuple) else []
    numbers = found.classes or ()
    if not names or not all(name.isdecimal() and int(name) < len(names) for name in numbers):
        return found
    return found._replace(classes=tuple(str(names[int(name)]) for name in numbers))


def _array(x: Any) -> Array:
    """One example as numbers; a picture has its channels last."""
    x = _plain(x)
    if isinstance(x, Image.Image):
        x = np.asarray(x if x.mode in ("L", "RGB", "I;16", "F", "I") else x.convert("RGB"))
    array = np.asarray(x)
    if array.dtype.kind not in "buif":
        kind = type(x).__name__
        raise DataError(f"an example is an array, a tensor or a picture, perhaps with a label beside it, not {kind}")
    return array


def _plain(x: Any) -> Any:
    return tensor_to_array(x) if isinstance(x, torch.Tensor) else x
