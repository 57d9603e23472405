"""Settings that make computing on the processor faster, for as long as an operation runs."""

import ctypes
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache

import torch

from autoencode.kernels import kernels_by_default
from autoencode.kernels.torch_private import gnu_openmp_library

_CALLBACK_TYPE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_local = threading.local()


@contextmanager
def tuned_cpu() -> Generator[None]:
    """Inside the block denormal numbers count as zero and our own kernels are used; afterwards all is as before.

    Every function that computes with a model is inside one. It is also a decorator: `@tuned_cpu()`. Blocks may be
    nested, and several threads may be in one at the same time.
    """
    with flushed_denormals(), kernels_by_default():
        yield


@contextmanager
def flushed_denormals() -> Generator[None]:
    """Inside the block numbers below 1e-38 count as zero, in this thread and in PyTorch's workers.

    Processors compute with such denormal numbers many times slower, and a VAE that has trained for a while produces
    many: without this a step of `dense-vae` takes half as long again after 10,000 steps.

    `torch.set_flush_denormal` acts on the calling thread only, and each thread keeps the setting that its creator had.
    So it is called in every worker thread, through the library that manages them, where that is GNU's OpenMP, and each
    thread gets its own former setting back.
    """
    count, visited = torch.get_num_threads(), getattr(_local, "visited", 0)
    if count <= visited:
        yield
        return
    before: dict[int, bool] = {}
    try:
        _flush(before, count)
        _local.visited = count
        yield
    finally:
        _local.visited = visited
        if before:
            _restore(before, max(count, torch.get_num_threads()))


def _flush(before: dict[int, bool], count: int) -> None:
    """Switches flushing on in this thread and its workers, and notes the former setting of each, by its number."""

    def switch_on(number: int) -> None:
        before[number] = is_flushing()
        torch.set_flush_denormal(True)

    _in_each_thread(switch_on, count)


def _restore(before: dict[int, bool], count: int) -> None:
    """Workers that did not exist before get the setting of this thread, as if it had created them before."""
    _in_each_thread(lambda number: torch.set_flush_denormal(before.get(number, before[0])), count)


def is_flushing() -> bool:
    """Whether denormal numbers count as zero in this thread."""
    return sys.float_info.min * 0.5 == 0.0


def _in_each_thread(function: Callable[[int], object], count: int) -> None:
    """Calls a function with the number of the thread that it runs in: 0 for this one, then PyTorch's workers for it."""
    library = _openmp()
    if library is None or count == 1:
        function(0)
        return

    @_CALLBACK_TYPE
    def callback(_: None) -> None:
        function(library.omp_get_thread_num())

    library.GOMP_parallel(callback, None, ctypes.c_uint(count), ctypes.c_uint(0))


@cache
def _openmp() -> ctypes.CDLL | None:
    """GNU's OpenMP, where PyTorch brings it along."""
    path = gnu_openmp_library()
    return None if path is None else ctypes.CDLL(str(path))
