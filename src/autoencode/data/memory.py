"""Refuses what would not fit into memory, before it is read."""

import os

from autoencode.errors import DataError

_SHARE = 0.8


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


def physical_memory() -> int | None:
    """The machine's memory in bytes; None where the system does not say (Windows)."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
