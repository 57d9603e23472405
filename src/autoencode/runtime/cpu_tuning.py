"""Settings that make computing on the processor faster."""

import ctypes
import platform
from functools import cache
from pathlib import Path

import torch

from autoencode.kernels import use_kernels_by_default

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_MALLOC_THRESHOLD = 2**30
_CALLBACK_TYPE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


@cache
def keep_freed_memory() -> None:
    """Tells glibc to keep freed memory rather than give it back to the system. Elsewhere it does nothing.

    By default every tensor above 32 MB at most is mapped anew and unmapped when it is freed, so that each training step
    faults its pages in again. Measured on `fashion-vae`: 1.25 times the images a second (docs/decisions/0004).
    """
    if platform.libc_ver()[0] != "glibc":
        return
    libc = ctypes.CDLL(None)
    libc.mallopt(_M_MMAP_THRESHOLD, _MALLOC_THRESHOLD)
    libc.mallopt(_M_TRIM_THRESHOLD, _MALLOC_THRESHOLD)


def configure_cpu() -> None:
    """For the whole process: freed memory is kept, numbers below 1e-38 count as zero, and our own kernels are used."""
    keep_freed_memory()
    flush_denormals()
    use_kernels_by_default()


def flush_denormals() -> None:
    """Lets numbers below 1e-38 count as zero, in this thread and in those that PyTorch shares its work among.

    Processors compute with such denormal numbers many times slower, and a VAE that has trained for a while makes many:
    without it a step of `dense-vae` takes half as long again after 10,000 steps. PyTorch sets its own thread only, and
    threads that start afterwards follow; but whoever has loaded data has started them. So each of them is told,
    by the library that keeps them, where that is GNU's.
    """
    torch.set_flush_denormal(True)
    library = next(Path(torch.__file__).parent.glob("lib/libgomp*.so*"), None)
    if library is None:
        return

    @_CALLBACK_TYPE
    def set_in_thread(_: None) -> None:
        torch.set_flush_denormal(True)

    ctypes.CDLL(str(library)).GOMP_parallel(
        set_in_thread, None, ctypes.c_uint(torch.get_num_threads()), ctypes.c_uint(0)
    )
