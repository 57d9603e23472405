"""What the processor can do at most: products of square matrices by PyTorch, in GFLOP/s.

python -m speed.peak 2048
"""

import json
import sys
import time

import torch


def main() -> None:
    """Prints both precisions' as JSON."""
    print(json.dumps({name: peak(getattr(torch, name), int(sys.argv[1])) for name in ("float32", "bfloat16")}))


def peak(dtype: torch.dtype, side: int, seconds: float = 3.0) -> float:
    """The fastest of the products that fit into a time, and of five at least."""
    a = torch.randn(side, side).to(dtype)
    times, began = list[float](), time.perf_counter()
    while len(times) < 5 or time.perf_counter() - began < seconds * side / 2048:
        start = time.perf_counter()
        a @ a
        times.append(time.perf_counter() - start)
    return 2 * side**3 / min(times) / 1e9


if __name__ == "__main__":
    main()
