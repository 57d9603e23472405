"""Our matrix products compared with PyTorch's, at the sizes of dense layers, in both precisions.

    python benchmarks/products.py [--repeats 30]

All are computed in turn in one process. Prints medians of GFLOP/s, and the relative error against float64, for bfloat16
against the product of rounded numbers. Ours take and return float32 and round inside; PyTorch's take bfloat16.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor

from autoencode.kernels import has_bfloat16
from autoencode.kernels.matmul_ops import matmul_kernel
from autoencode.runtime.allocator import keep_freed_memory
from autoencode.runtime.cpu_tuning import tuned_cpu

# Rows, depth, columns, and which of the two matrices are transposed.
SIZES = (
    ("`dense-vae`, forward", 128, 784, 256, "b"),
    ("`dense-vae`, forward", 128, 256, 784, "b"),
    ("`dense-vae`, gradient of inputs", 128, 784, 256, ""),
    ("`dense-vae`, gradient of weights", 784, 128, 256, "a"),
    ("`dense-vae`, gradient of weights", 256, 128, 784, "a"),
    ("a thousand examples", 1000, 784, 256, "b"),
    ("square", 1024, 1024, 1024, ""),
    ("square", 2048, 2048, 2048, ""),
)


@tuned_cpu()
def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=30)
    repeats = parser.parse_args().repeats
    keep_freed_memory()
    print("| layer | rows × depth × columns | float32: PyTorch, ours | bfloat16: PyTorch, ours | error | error |")
    print("|---|---|---|---|---|---|")
    for name, *size, transposed in SIZES:
        print(f"| {name} | {' × '.join(map(str, size))} | {line(*size, transposed, repeats)} |", flush=True)


def line(rows: int, depth: int, columns: int, transposed: str, repeats: int) -> str:
    """The cells of one size."""
    torch.manual_seed(0)
    a = torch.randn(depth, rows).T if "a" in transposed else torch.randn(rows, depth)
    b = torch.randn(columns, depth).T if "b" in transposed else torch.randn(depth, columns)
    rounded = a.bfloat16(), b.bfloat16()
    ways: dict[str, Callable[[], Tensor]] = {
        "float32": lambda: a @ b,
        "ours": lambda: matmul_kernel(a, b, None),
    }
    ways |= {"bfloat16": lambda: rounded[0] @ rounded[1]}
    if has_bfloat16():
        ways["ours, rounded"] = lambda: matmul_kernel(a, b, None, bfloat16=True)
    exact = {"float32": a.double() @ b.double(), "bfloat16": rounded[0].double() @ rounded[1].double()}
    speeds = {way: 2 * rows * depth * columns / 1e9 / seconds for way, seconds in timed(ways, repeats).items()}
    off = {way: (ways[way]().double() - exact[KINDS[way]]).norm() / exact[KINDS[way]].norm() for way in ways}
    pairs = [[way for way in ways if KINDS[way] == kind] for kind in exact]
    shown = [", ".join(f"{speeds[way]:.0f}" for way in pair) for pair in pairs]
    shown += [", ".join(f"{off[way]:.1e}" for way in pair) for pair in pairs]
    return " | ".join(shown)


KINDS = {"float32": "float32", "ours": "float32", "bfloat16": "bfloat16", "ours, rounded": "bfloat16"}


def timed(ways: dict[str, Callable[[], Tensor]], repeats: int) -> dict[str, float]:
    """Medians of seconds; each product is computed five times in a row, so that the overhead of a call is small."""
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(repeats + 2):
        for way, once in ways.items():
            began = time.perf_counter()
            for _ in range(5):
                once()
            times[way].append((time.perf_counter() - began) / 5)
    return {way: statistics.median(found[2:]) for way, found in times.items()}


if __name__ == "__main__":
    main()
