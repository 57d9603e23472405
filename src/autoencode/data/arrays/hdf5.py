"""HDF5 files, which h5py reads."""

import math
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, final

import numpy as np

from autoencode.data.arrays.named_arrays import NamedArrays, named_arrays_header, read_named_arrays
from autoencode.data.arrays.npy import ArrayHeader, wrap_read_errors
from autoencode.data.examples import Examples
from autoencode.data.extras import import_extra
from autoencode.data.formats import file_format
from autoencode.data.memory import check_fits
from autoencode.data.options import ReadOptions
from autoencode.data.values import Array
from autoencode.errors import DataError
from autoencode.storage import open_regular

_MOST_ARRAYS = 10_000


def import_h5py() -> ModuleType:
    """h5py, which reads HDF5.

    Raises:
        CapabilityError: it is not installed.
    """
    return import_extra("h5py", "HDF5 files are read by h5py")


@final
class Hdf5Arrays(NamedArrays):
    """The arrays of a file, those in groups called `group/array`.

    Links to other files are not followed, and arrays whose numbers lie in other files are refused.

    Args:
        file: an open h5py.File.
        what: its name, for messages.
        reversed_axes: whether axes are stored in reverse order, as MATLAB does.
    """

    def __init__(self, file: Any, what: str, *, reversed_axes: bool = False) -> None:
        super().__init__(what)
        self._file, self._reversed = file, reversed_axes
        self._names = list[str]()
        file.visititems(self._visit)  # follows neither soft nor external links

    def _visit(self, name: str, item: Any) -> None:
        is_array = isinstance(item, import_h5py().Dataset) and item.shape is not None and item.dtype.kind in "biuf"
        if is_array and not any(part.startswith("#") for part in name.split("/")):
            self._names.append(name)
        if len(self._names) > _MOST_ARRAYS:
            raise DataError(f"{self.what} holds more than {_MOST_ARRAYS:,} arrays: name a file with fewer")

    @property
    def names(self) -> list[str]:
        """The names of all arrays of numbers."""
        return self._names

    def header(self, name: str) -> ArrayHeader:
        """Shape and type of an array, without its numbers."""
        item = self._file[name]
        if item.external or item.is_virtual:
            raise DataError(f"'{name}' in {self.what} lies in other files, which are not opened: copy it into one file")
        shape = tuple(item.shape)
        check_fits(math.prod(shape) * item.dtype.itemsize, f"'{name}' in {self.what}")
        return ArrayHeader(shape[::-1] if self._reversed else shape, item.dtype)

    def read(self, name: str) -> Array:
        """An array."""
        self.header(name)
        array = np.asarray(self._file[name][()])
        return array.T if self._reversed else array


@contextmanager
def open_hdf5(path: Path) -> Generator[Any]:
    """An open h5py.File.

    Raises:
        DataError: damaged.
        CapabilityError: h5py is not installed.
    """
    h5py = import_h5py()
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as opened, h5py.File(opened, "r") as file:
        yield file


@file_format(".h5", header=lambda path: read_hdf5_header(path))
@file_format(".hdf5", header=lambda path: read_hdf5_header(path))
def read_hdf5(path: Path, options: ReadOptions | None = None) -> Examples:
    """HDF5: examples called x, images or data, labels called y or labels; --array names others.

    Args:
        path: where it lies.
        options: how it is to be read, see `read_named_arrays`.

    Raises:
        DataError: damaged, too large, or without an array of examples.
        ShapeError: parts whose examples differ in shape.
        ArgumentError: an option without a meaning here.
        CapabilityError: h5py is not installed.
    """
    with open_hdf5(path) as file:
        return read_named_arrays(Hdf5Arrays(file, str(path)), options or ReadOptions())


def read_hdf5_header(path: Path) -> ArrayHeader:
    """Reads no more of a file than the shape and type of its examples.

    Raises:
        DataError: damaged, too large, or without an array of examples.
        CapabilityError: h5py is not installed.
    """
    with open_hdf5(path) as file:
        return named_arrays_header(Hdf5Arrays(file, str(path)))
