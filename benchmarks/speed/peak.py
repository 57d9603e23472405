"""Peak performance of a device: products of square matrices by PyTorch or by this library, in GFLOP/s.

python -m speed.peak 2048 cpu
"""

import json
import sys
import time
from collections.abc import Callable

import torch

from autoencode.kernels import has_bfloat16, is_matmul_faster, matmul, use_kernels


def main() -> None:
    """Prints both precisions' as JSON."""
    side, device, found = int(sys.argv[1]), torch.device(sys.argv[2]), dict[str, float]()
    use_kernels()
    here = device.type == "cpu"
    own = {"float32": here and is_matmul_faster(), "bfloat16": here and has_bfloat16()}
    for name in own:
        a = torch.randn(side, side, device=device)
        rounded = a.to(getattr(torch, name))
        found[name] = peak(lambda rounded=rounded: rounded @ rounded, side)
        if own[name]:
            half = name == "bfloat16"
            found[name] = max(found[name], peak(lambda a=a, half=half: matmul(a, a, None, half), side))
    print(json.dumps(found))


def peak(multiply: Callable[[], object], side: int, seconds: float = 3.0) -> float:
    """The fastest of at least five products that fit into a time limit; fewer if they take ten times as long.

    PyTorch's take 15 seconds each in bfloat16 on processors without bfloat16 instructions.
    """
    times, began, most = list[float](), time.perf_counter(), seconds * side / 2048
    while (passed := time.perf_counter() - began) < most or (len(times) < 5 and (not times or passed < 10 * most)):
        start = time.perf_counter()
        multiply()
        if torch.cuda.is_initialized():
            torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return 2 * side**3 / min(times) / 1e9


if __name__ == "__main__":
    main()
