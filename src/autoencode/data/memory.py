"""What fits into memory, what is kept in a file that is mapped into it, and what is refused before it is read."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import platformdirs

from autoencode.errors import DataError

_SHARE = 0.8
_MAPPED_SHARE = 0.25


def check_fits(size: int, what: str) -> None:
    """Refuses an array of `size` bytes that needs more than four fifths of this machine's memory.

    Args:
        size: in bytes.
        what: the file or folder, for the message.

    Raises:
        DataError: it would not fit.
    """
    physical = physical_memory()
    if physical is not None and size > _SHARE * physical:
        have = f"this machine has {physical / 2**30:,.1f} GiB of memory"
        raise DataError(f"{what} needs {size / 2**30:,.1f} GiB and {have}; use fewer or smaller examples")


def is_large(size: int) -> bool:
    """Whether so many bytes are more than a quarter of this machine's memory, so that they are kept in a file.

    Args:
        size: in bytes.
    """
    physical = physical_memory()
    return physical is not None and size > _MAPPED_SHARE * physical


def allocate(shape: Sequence[int], dtype: npt.DTypeLike, what: str) -> npt.NDArray[Any]:
    """An empty array: in memory, or, where it is large, in a file that is mapped into it and vanishes with the process.

    The system keeps as much of such a file in memory as there is room for, and reads the rest when it is asked for. The
    file lies in the user's cache folder (XDG_CACHE_HOME), since temporary folders may be memory themselves.

    Args:
        shape: of the array.
        dtype: of its numbers.
        what: the file or folder that needs it, for the message.

    Raises:
        DataError: there is no room for the file, either.
    """
    size = int(np.prod(shape, dtype=np.float64)) * np.dtype(dtype).itemsize
    if not is_large(size):
        return np.empty(tuple(shape), dtype)
    with tempfile.TemporaryFile(dir=room_for(size, what)) as file:
        return np.memmap(file, dtype, "w+", shape=tuple(shape))


def room_for(size: int, what: str) -> Path:
    """The folder for a temporary file of so many bytes.

    Args:
        size: in bytes.
        what: the file or folder that needs it, for the message.

    Raises:
        DataError: its disk has less room, or it cannot be made.
    """
    folder = Path(platformdirs.user_cache_dir("autoencode")) / "mapped"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise DataError(f"{what} needs a temporary file, and {folder} cannot be used: {error.strerror}") from error
    if size > _SHARE * free:
        raise DataError(
            f"{what} needs {size / 2**30:,.1f} GiB, more than memory has room for, and {folder} has "
            f"{free / 2**30:,.1f} GiB: use fewer or smaller examples, or set XDG_CACHE_HOME to a larger disk"
        )
    return folder


def physical_memory() -> int | None:
    """The machine's memory in bytes, or what a container allows; None where the system does not say (Windows)."""
    try:
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
    return min([machine, *_limits()])


def _limits() -> list[int]:
    """What control groups allow this process, in bytes, of either version."""
    found = list[int]()
    for line in _text(Path("/proc/self/cgroup")).splitlines():
        _, kinds, path = line.split(":", 2)
        root, name = (Path("/sys/fs/cgroup"), "memory.max")
        if kinds:
            root, name = root / "memory", "memory.limit_in_bytes"
        if not kinds or "memory" in kinds.split(","):
            limits = [_text(root / place / name).strip() for place in (path.lstrip("/"), "")]
            found += [int(limit) for limit in limits if limit.isdigit()]
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
