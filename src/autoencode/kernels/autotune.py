"""How our own products of matrices compare with PyTorch's on this processor: measured once, and kept."""

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
"""Rows, depth and columns, in a layer of a dense network: of its results, and of the gradient of its weights."""
_ROUNDS, _REPEATS = 11, 3
_PRODUCTS = "products"


def cached_speedup(multiply: Multiply, library_file: Path) -> float:
    """How many times as fast as PyTorch's ours are. The first call on a machine measures: a tenth of a second.

    What was found lies library_file the compiled operations, so that every process does the same.

    Args:
        multiply: our own: of a, b and what is added to each row.
        library_file: the file of the compiled operations.
    """
    file = library_file.with_name(f"{library_file.stem}-{_digest(cpu_model())}.json")
    try:
        return float(json.loads(file.read_text())[_PRODUCTS])
    except (OSError, ValueError, KeyError, TypeError):  # not measured yet, or not by us
        found = measure_speedup(multiply)
    with contextlib.suppress(OSError):
        whole = file.with_suffix(f".{os.getpid()}")
        whole.write_text(json.dumps({"processor": cpu_model(), _PRODUCTS: found}))
        whole.replace(file)
    return found


@torch.no_grad()
def measure_speedup(multiply: Multiply) -> float:
    """The same, measured: the mean of some sizes, in turn; medians, since a moment of other work must not decide."""
    ratios = list[float]()
    for rows, depth, columns in _SIZES:
        sizes = (rows, depth), (columns, depth), (columns,)
        a, b, bias = (torch.ones(size, dtype=torch.float32, device="cpu") for size in sizes)
        ways = partial(torch.addmm, bias, a, b.t()), partial(multiply, a, b.t(), bias)
        rounds = [[_seconds(way) for way in ways] for _ in range(_ROUNDS + 1)][1:]
        ratios.append(statistics.median(theirs / own for theirs, own in rounds))
    return statistics.geometric_mean(ratios)


@cache
def cpu_model() -> str:
    """What this machine's processor calls itself."""
    listing = Path("/proc/cpuinfo")
    lines = listing.read_text().splitlines() if listing.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith(("vendor_id", "model name"))]
    return " ".join(dict.fromkeys(names)) or platform.processor()


def _seconds(way: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(_REPEATS):
        way()
    return time.perf_counter() - began


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
