"""MATLAB's files: up to version 7 read by SciPy, those of version 7.3 are HDF5."""

from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, final

import numpy as np

from autoencode.data.arrays.hdf5 import Hdf5Arrays, open_hdf5
from autoencode.data.arrays.named_arrays import NamedArrays, named_arrays_header, read_named_arrays
from autoencode.data.arrays.npy import ArrayHeader, wrap_read_errors
from autoencode.data.examples import Examples
from autoencode.data.formats import file_format
from autoencode.data.memory import check_fits
from autoencode.data.options import ReadOptions
from autoencode.data.values import Array
from autoencode.errors import DataError
from autoencode.storage import open_regular

_HDF5_MARK = b"\x89HDF\r\n\x1a\n"
_MARK_PLACES = (0, 512)
_TYPES = {"double": "f8", "single": "f4", "logical": "u1"}
_PICTURE_AXES = 4
_CHANNELS = (1, 3)


@final
class _OldMatlabArrays(NamedArrays):
    """The matrices of a file of version 4 to 7; cells, structures and text are not read."""

    def __init__(self, file: BinaryIO, what: str) -> None:
        super().__init__(what)
        self._file, self._io = file, import_module("scipy.io")
        file.seek(0)
        found: list[Any] = self._io.whosmat(file)
        self._headers = {
            name: ArrayHeader(tuple(shape), np.dtype(_TYPES.get(kind, kind)))
            for name, shape, kind in found
            if kind in _TYPES or kind.rstrip("0123456789") in ("int", "uint")
        }

    @property
    def names(self) -> list[str]:
        """The names of all matrices of numbers."""
        return list(self._headers)

    def header(self, name: str) -> ArrayHeader:
        """Shape and type of a matrix, without its numbers."""
        header = self._headers[name]
        check_fits(header.size, f"'{name}' in {self.what}")
        return header

    def read(self, name: str) -> Array:
        """A matrix."""
        self.header(name)
        self._file.seek(0)
        array = self._io.loadmat(self._file, variable_names=[name])[name]
        if not isinstance(array, np.ndarray) or array.dtype.kind not in "buif":
            raise DataError(f"'{name}' in {self.what} holds no real numbers; expected whole or floating numbers")
        return array


@final
class MatlabArrays(NamedArrays):
    """The matrices of a file; examples may lie along the last axis, as MATLAB's users like to have it.

    Args:
        arrays: the same as they are stored.
    """

    def __init__(self, arrays: NamedArrays) -> None:
        super().__init__(arrays.what)
        self._arrays = arrays

    @property
    def names(self) -> list[str]:
        """The names of all matrices of numbers."""
        return self._arrays.names

    def header(self, name: str) -> ArrayHeader:
        """Shape and type of a matrix, without its numbers."""
        return self._arrays.header(name)

    def read(self, name: str) -> Array:
        """A matrix; a row of numbers becomes a column, as labels are."""
        array = self._arrays.read(name)
        return array.T if array.ndim == 2 and array.shape[0] == 1 else array

    def examples_header(self, name: str) -> ArrayHeader:
        """Shape and type of a matrix as examples."""
        header = self._arrays.header(name)
        return ArrayHeader(_first_axis_last(header.shape), header.dtype) if _last(header.shape, None) else header

    def read_examples(self, name: str, labels: str | None) -> tuple[Array, str]:
        """A matrix as examples: along its last axis if it has as many places as there are labels."""
        array = self._arrays.read(name)
        n = None if labels is None else max(self._arrays.header(labels).shape, default=0)
        if not _last(array.shape, n):
            return array, ""
        return np.moveaxis(array, -1, 0), f"examples are along the last axis of '{name}', {array.shape}"


def _first_axis_last(shape: tuple[int, ...]) -> tuple[int, ...]:
    return (shape[-1], *shape[:-1])


def _last(shape: tuple[int, ...], n: int | None) -> bool:
    """Whether examples are along the last axis: there are `n` of them there alone, or (height, width, colours, n)."""
    if n is not None and len(shape) > 1:
        return shape[-1] == n != shape[0]
    return len(shape) == _PICTURE_AXES and shape[2] in _CHANNELS and shape[1] not in _CHANNELS


@contextmanager
def _opened(path: Path) -> Generator[NamedArrays]:
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        start = file.read(_MARK_PLACES[-1] + len(_HDF5_MARK))
        if not any(start[place:].startswith(_HDF5_MARK) for place in _MARK_PLACES):
            yield MatlabArrays(_OldMatlabArrays(file, str(path)))
            return
    with open_hdf5(path) as opened:
        yield MatlabArrays(Hdf5Arrays(opened, str(path), reversed_axes=True))


@file_format(".mat", header=lambda path: read_matlab_header(path))
def read_matlab(path: Path, options: ReadOptions | None = None) -> Examples:
    """MATLAB's files: examples called x, images or data, labels called y or labels; --array names others.

    Args:
        path: where it lies.
        options: how it is to be read, see `read_named_arrays`.

    Raises:
        DataError: damaged, too large, or without an array of examples.
        ShapeError: parts whose examples differ in shape.
        ArgumentError: an option without a meaning here.
        CapabilityError: a file of version 7.3, and h5py is not installed.
    """
    with _opened(path) as arrays:
        return read_named_arrays(arrays, options or ReadOptions())


def read_matlab_header(path: Path) -> ArrayHeader:
    """Reads no more of a file than the shape and type of its examples.

    Raises:
        DataError: damaged, too large, or without an array of examples.
        CapabilityError: a file of version 7.3, and h5py is not installed.
    """
    with _opened(path) as arrays:
        return named_arrays_header(arrays)
