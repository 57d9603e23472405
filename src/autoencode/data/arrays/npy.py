"""NumPy's own array files, read without trusting them."""

import math
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
from numpy.lib import format as npy_format

from autoencode.data.memory import check_fits
from autoencode.data.values import Array
from autoencode.errors import AutoencodeError, DataError
from autoencode.storage import open_regular


class ArrayHeader(NamedTuple):
    """What a file says about its array before the numbers begin."""

    shape: tuple[int, ...]
    dtype: np.dtype

    @property
    def size(self) -> int:
        """How many bytes the numbers take."""
        return math.prod(self.shape) * self.dtype.itemsize


def read_npy(path: Path) -> Array:
    """Reads a .npy file.

    Args:
        path: where it lies.

    Returns:
        Its array.

    Raises:
        DataError: damaged, cut off, larger than this machine's memory, or with Python objects inside.
    """
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        header = read_array_header(file, str(path))
        _check_complete(path, file.tell(), header)
        file.seek(0)
        return npy_format.read_array(file, allow_pickle=False)


def read_npy_header(path: Path) -> ArrayHeader:
    """Reads no more of a .npy file than its shape and type.

    Raises:
        DataError: damaged, or larger than this machine's memory.
    """
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        return read_array_header(file, str(path))


def map_npy(path: Path) -> Array:
    """A .npy file's array, which is read from the disk where it is used; it may be larger than the memory.

    Raises:
        DataError: damaged, cut off, or with Python objects inside.
    """
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        header = read_array_header(file, str(path), whole=False)
        _check_complete(path, file.tell(), header)
        return np.load(path, mmap_mode="r", allow_pickle=False)


def _check_complete(path: Path, start: int, header: ArrayHeader) -> None:
    there = path.stat().st_size - start
    if there < header.size:
        raise DataError(f"{path} is cut off: {there:,} bytes of {header.size:,}; copy or make it again")


@contextmanager
def wrap_read_errors(what: str) -> Generator[None]:
    """Turns every way in which a damaged file fails to be read into one kind of error.

    Raises:
        DataError: names the file and what is wrong.
    """
    try:
        yield
    except AutoencodeError:
        raise
    except Exception as error:  # zlib.error, BadZipFile, tokenize.TokenError, …: found by feeding damaged files
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(f"{what} cannot be read: {reason}; copy or make it again") from error


def read_array_header(file: IO[bytes] | zipfile.ZipExtFile, what: str, *, whole: bool = True) -> ArrayHeader:
    """Reads the header of an array file from its start, and refuses what may not be read any further.

    Args:
        file: at the start of the array; afterwards at its first number.
        what: its name, for the messages.
        whole: whether all of it will be in memory at once.

    Raises:
        DataError: Python objects inside, or larger than this machine's memory.
        ValueError: no header of an array file.
    """
    version = npy_format.read_magic(file)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"version {version} of the format is not known")
    read = npy_format.read_array_header_1_0 if version == (1, 0) else npy_format.read_array_header_2_0
    shape, _, dtype = read(file)
    if dtype.hasobject:
        raise DataError(f"{what} holds Python objects as a pickle, which can run programs; save plain numbers instead")
    if any(side < 0 for side in shape):
        raise ValueError(f"the shape {shape} has a negative side")
    header = ArrayHeader(shape, dtype)
    if whole:
        check_fits(header.size, what)
    return header
