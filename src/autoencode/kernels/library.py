"""Whether this library's kernels are used in this process, and the compiled library they are in."""

import ctypes
import os
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from typing import NamedTuple

from autoencode.kernels import build, torch_private

ENVIRONMENT_VARIABLE = "AUTOENCODE_KERNELS"
"""Set to 0, layers are PyTorch's own."""
_enabled: bool | None = None
_by_default = False
_blocks = 0
_lock = threading.Lock()


def use_kernels(wanted: bool = True) -> None:
    """From here on the layers of this library use its kernels where they can, in the whole process.

    Args:
        wanted: False goes back to PyTorch's layers. AUTOENCODE_KERNELS=0 in the environment does so in any case.
    """
    global _enabled
    _enabled = wanted and _is_allowed()


def _is_allowed() -> bool:
    """Reading the environment takes as long as a small operation, so it is not read at every layer."""
    return os.environ.get(ENVIRONMENT_VARIABLE) != "0"


@contextmanager
def kernels_by_default() -> Generator[None]:
    """Inside the block kernels are used unless `use_kernels` was called or AUTOENCODE_KERNELS=0 in the environment.

    Several threads may be in such blocks at once.
    """
    global _blocks, _by_default
    with _lock:
        _blocks, _by_default = _blocks + 1, _is_allowed()
    try:
        yield
    finally:
        with _lock:
            _blocks -= 1
            _by_default = _by_default and _blocks > 0


def kernels_are_wanted() -> bool:
    """The choice made by `use_kernels`; where it was not called, whether a block of `kernels_by_default` is running."""
    return _by_default if _enabled is None else _enabled


def build_kernels() -> bool:
    """Whether the kernels are wanted and available; compiles them at the first call, which takes some seconds."""
    return enabled_library() is not None


def kernels_are_built() -> bool:
    """Whether their first use will not wait for a compiler, because they are compiled, unwanted or not available."""
    if not kernels_are_wanted():
        return True
    candidates = build.build_candidates()
    return not candidates or any(candidate.is_built for candidate in candidates)


def why_no_kernels() -> str | None:
    """Why layers are PyTorch's own although the kernels are wanted and suit the processor, in one line, or None."""
    return _load().problem if kernels_are_wanted() else None


def enabled_library() -> ctypes.CDLL | None:
    """The compiled library, or None where it is not wanted or not available. The first call may compile it."""
    return _load().library if kernels_are_wanted() else None


def compiled_library() -> ctypes.CDLL | None:
    """The compiled library, wanted or not; None where it is not available."""
    return _load().library


def library_path() -> str:
    """The file of the compiled library, which must be available."""
    library = compiled_library()
    if library is None:
        raise AssertionError("the kernels are not available")
    return library._name


class _Loaded(NamedTuple):
    library: ctypes.CDLL | None
    problem: str | None = None


@cache
def _load() -> _Loaded:
    """The library of the first build that succeeds, or the reason why the first of them did not."""
    failures = list[str]()
    for candidate in build.build_candidates():
        try:
            return _Loaded(candidate.load())
        except (OSError, subprocess.SubprocessError) as error:
            failures.append(build.failure_reason(error))
    if failures:
        return _Loaded(None, f"layers could not be compiled, so PyTorch's own are used: {failures[0]}")
    if not build.suits_processor():
        return _Loaded(None)
    return _Loaded(None, torch_private.kernels_problem() or "a C++ compiler, such as g++, would make this faster")
