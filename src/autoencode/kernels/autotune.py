"""How this library's matrix products compare with PyTorch's on this processor: timed once a machine, and kept."""

import contextlib
import hashlib
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import torch
from torch import Tensor

Multiply = Callable[[Tensor, Tensor, Tensor | None], Tensor]
_SIZES = (128, 784, 256), (784, 128, 256)
"""Rows, depth and columns of two products of `dense-vae`: of a layer, and of the gradient of its weights."""
_TRIALS, _CALLS_PER_TRIAL = 11, 3
_SPEEDUP = "matmul_speedup"


def cached_speedup(multiply: Multiply, library_file: Path) -> float:
    """How many times as fast as PyTorch's product ours is; the first call on a machine takes a tenth of a second.

    The result is kept beside the compiled library, so that every process makes the same choice.

    Args:
        multiply: our own product of a and b, with a bias added to each row.
        library_file: the file of the compiled library.
    """
    file = library_file.with_name(f"{library_file.stem}-{_digest(cpu_model())}.json")
    try:
        return float(json.loads(file.read_text())[_SPEEDUP])
    except (OSError, ValueError, KeyError, TypeError):  # not timed yet, or damaged
        speedup = measure_speedup(multiply)
    with contextlib.suppress(OSError):
        partial_file = file.with_suffix(f".{os.getpid()}")
        partial_file.write_text(json.dumps({"processor": cpu_model(), _SPEEDUP: speedup}))
        partial_file.replace(file)
    return speedup


@torch.no_grad()
@torch.autocast("cpu", enabled=False)  # pyright: ignore[reportUntypedFunctionDecorator]
def measure_speedup(multiply: Multiply) -> float:
    """Times both products in turn; the geometric mean over some sizes of the median ratio, which a busy moment of the
    machine does not change.
    """
    ratios = list[float]()
    for rows, depth, columns in _SIZES:
        sizes = (rows, depth), (columns, depth), (columns,)
        a, b, bias = (torch.ones(size, dtype=torch.float32, device="cpu") for size in sizes)
        products = partial(torch.addmm, bias, a, b.t()), partial(multiply, a, b.t(), bias)
        trials = [[_seconds(product) for product in products] for _ in range(_TRIALS + 1)][1:]
        ratios.append(statistics.median(pytorch / own for pytorch, own in trials))
    return statistics.geometric_mean(ratios)


@cache
def cpu_model() -> str:
    """The maker and model of this machine's processor, as the system names them."""
    listing = Path("/proc/cpuinfo")
    lines = listing.read_text().splitlines() if listing.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith(("vendor_id", "model name"))]
    return " ".join(dict.fromkeys(names)) or platform.processor()


def _seconds(function: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(_CALLS_PER_TRIAL):
        function()
    return time.perf_counter() - began


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
