"""NumPy's archives of several arrays."""

import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import final

from numpy.lib import format as npy_format

from autoencode.data.arrays.named_arrays import NamedArrays, named_arrays_header, read_named_arrays
from autoencode.data.arrays.npy import ArrayHeader, read_array_header, wrap_read_errors
from autoencode.data.examples import Examples
from autoencode.data.formats import file_format
from autoencode.data.options import ReadOptions
from autoencode.data.values import Array
from autoencode.storage import open_regular

_SUFFIX = ".npy"


@final
class NpzArrays(NamedArrays):
    """The arrays of an archive: each a .npy file in a zip file.

    Args:
        archive: open.
        what: its name, for messages.
    """

    def __init__(self, archive: zipfile.ZipFile, what: str) -> None:
        super().__init__(what)
        self._archive = archive

    @property
    def names(self) -> list[str]:
        """The names of all arrays, in the order of the file."""
        return [name.removesuffix(_SUFFIX) for name in self._archive.namelist() if name.endswith(_SUFFIX)]

    def header(self, name: str) -> ArrayHeader:
        """Shape and type of an array, without its numbers."""
        what = f"'{name}' in {self.what}"
        with wrap_read_errors(what), self._archive.open(name + _SUFFIX) as file:
            return read_array_header(file, what)

    def read(self, name: str) -> Array:
        """An array."""
        what = f"'{name}' in {self.what}"
        self.header(name)
        with wrap_read_errors(what), self._archive.open(name + _SUFFIX) as file:
            return npy_format.read_array(file, allow_pickle=False)


@contextmanager
def open_npz(path: Path) -> Generator[NpzArrays]:
    """Opens an archive; whatever is wrong with it becomes `DataError`."""
    with (
        wrap_read_errors(str(path)),
        open_regular(path, follow=True) as opened,
        zipfile.ZipFile(opened) as archive,
    ):
        yield NpzArrays(archive, str(path))


@file_format(".npz", header=lambda path: read_npz_header(path))
def read_npz(path: Path, options: ReadOptions | None = None) -> Examples:
    """NumPy's archives (numpy.savez): examples called x, images or data, labels called y or labels.

    Args:
        path: where it lies.
        options: how it is to be read, see `read_named_arrays`.

    Raises:
        DataError: damaged, too large, with Python objects inside, or without an array of examples.
        ShapeError: parts whose examples differ in shape.
        ArgumentError: an option without a meaning here.
    """
    with open_npz(path) as arrays:
        return read_named_arrays(arrays, options or ReadOptions())


def read_npz_header(path: Path) -> ArrayHeader:
    """Reads no more of an archive than the shape and type of its examples.

    Raises:
        DataError: damaged, too large, or without an array of examples.
    """
    with open_npz(path) as arrays:
        return named_arrays_header(arrays)
