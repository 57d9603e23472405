"""Our convolutions compared with PyTorch's, layer by layer and in whole training steps.

    python benchmarks/convolutions.py [--repeats 15]

Both are computed in turn in one process. Prints medians in milliseconds, and the relative error of each against
float64. PyTorch's are those that the layers use without our kernels (`AUTOENCODE_KERNELS=0`), with channels last.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from autoencode.data import Batches
from autoencode.kernels import build_kernels, use_kernels
from autoencode.nn import Conv, FewOutputsConv, FusedSequential, PooledConv, TransposedConv, UpsampledConv
from autoencode.recipes import recipes
from autoencode.runtime.allocator import keep_freed_memory
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.training import optimizers
from autoencode.training.auxiliary_networks import AuxiliaryNetworks
from autoencode.training.execution.train_step import TrainStep, training_step

# Name, pictures, input channels, side, output channels, stride, and kind of layer.
LAYERS = (
    ("`fashion-vae`, first", 128, 1, 28, 32, 1, "plain"),
    ("`fashion-vae`, halving", 128, 32, 28, 64, 2, "plain"),
    ("`fashion-vae`, inner", 128, 64, 14, 64, 1, "plain"),
    ("`fashion-vae`, doubling", 128, 64, 14, 32, 2, "transposed"),
    ("`fashion-vae`, last", 128, 32, 28, 1, 1, "narrow"),
    ("`fashion-denoise`, first, halved", 256, 1, 28, 64, 1, "pooled"),
    ("`fashion-denoise`, inner, halved", 256, 64, 14, 32, 1, "pooled"),
    ("`fashion-denoise`, doubled", 256, 32, 7, 64, 1, "doubled"),
    ("`fashion-denoise`, last, doubled", 256, 64, 14, 1, 1, "doubled"),
    ("`restorer`, large maps", 8, 48, 48, 48, 1, "plain"),
    ("`restorer`, small maps", 8, 96, 12, 96, 1, "plain"),
    ("wide", 32, 256, 16, 256, 1, "plain"),
)
STEPS = (
    ("fashion-vae", 128, (1, 28, 28)),
    ("fashion-denoise", 256, (1, 28, 28)),
    ("conv-vae", 32, (3, 64, 64)),
    ("restorer", 8, (1, 96, 96)),
)


@tuned_cpu()
def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    keep_freed_memory()
    if not build_kernels():
        raise SystemExit("the kernels are not available: is there a C++ compiler?")
    print("| layer | forward: PyTorch, ours | backward: PyTorch, ours | faster | relative error: PyTorch, ours |")
    print("|---|---|---|---|---|")
    for layer in LAYERS:
        print(line_of_layer(*layer, repeats), flush=True)
    print("\n| step | PyTorch | ours | faster |\n|---|---|---|---|")
    for step in STEPS:
        print(line_of_step(*step, repeats), flush=True)


def line_of_layer(name: str, n: int, ci: int, side: int, co: int, stride: int, kind: str, repeats: int) -> str:
    """A row of the first table."""
    torch.manual_seed(0)
    layer = made(ci, co, side, stride, kind).to(memory_format=torch.channels_last)
    x = torch.randn(n, ci, side, side).to(memory_format=torch.channels_last).requires_grad_(ci > 4)
    exact = made(ci, co, side, stride, kind).double()
    exact.load_state_dict(layer.state_dict())
    with torch.no_grad():
        expected = exact(x.double())
    towards, off = torch.randn(expected.shape).to(memory_format=torch.channels_last), dict[bool, float]()

    def once(own: bool) -> tuple[float, float]:
        layer.zero_grad()
        began = time.perf_counter()
        out: Tensor = layer(x)
        between = time.perf_counter()
        out.backward(towards)
        ended = time.perf_counter()
        off[own] = ((out.detach() - expected).norm() / expected.norm()).item()
        return between - began, ended - between

    (a, b), (c, d) = in_turn(once, repeats)
    faster, errors = (a + b) / (c + d), f"{off[False]:.1e}, {off[True]:.1e}"
    sizes = f"{ci} → {co}, {side} × {side}, {n} pictures"
    return f"| {name}: {sizes} | {a:.2f}, {c:.2f} | {b:.2f}, {d:.2f} | {faster:.2f} × | {errors} |"


def made(ci: int, co: int, side: int, stride: int, kind: str) -> FusedSequential:
    """One layer, followed by a ReLU if it has many channels."""
    makers = {
        "narrow": lambda: FewOutputsConv(ci, co),
        "transposed": lambda: TransposedConv(ci, co, 3, stride, 1, stride - 1),
        "pooled": lambda: PooledConv(ci, co),
        "doubled": lambda: UpsampledConv(ci, co, (2 * side, 2 * side)),
        "plain": lambda: Conv(ci, co, stride),
    }
    return FusedSequential(makers[kind](), *([torch.nn.ReLU(inplace=True)] if co > 4 else []))


def line_of_step(name: str, batch_size: int, shape: tuple[int, ...], repeats: int) -> str:
    """A row of the second table."""
    torch.manual_seed(0)
    model, objective = recipes[name](shape)
    model.to(memory_format=torch.channels_last)
    batches = Batches(F.dropout(torch.ones(batch_size * 4, *shape)).clamp(max=1), batch_size, seed=0)
    step, update, auxiliary = TrainStep(model, objective), optimizers["adam"](model), AuxiliaryNetworks(objective)
    number = iter(range(10**6))

    def once(own: bool) -> tuple[float]:
        batch, at = batches(next(number)), next(number)
        began = time.perf_counter()
        training_step(step, update, auxiliary, batch, at, grad_clip=None)
        return (time.perf_counter() - began,)

    (a,), (b,) = in_turn(once, repeats)
    per_second = [batch_size / milliseconds * 1e3 for milliseconds in (a, b)]
    speeds = " | ".join(f"{t:.1f} ms, {s:,.0f} a second" for t, s in zip((a, b), per_second, strict=True))
    return f"| `{name}`, {batch_size} of {' × '.join(map(str, shape))} | {speeds} | {a / b:.2f} × |"


def in_turn(once: Callable[[bool], tuple[float, ...]], repeats: int) -> list[list[float]]:
    """Medians in milliseconds of the times that `once` returns, for PyTorch and for ours, after two warm-up runs."""
    times: dict[bool, list[tuple[float, ...]]] = {False: [], True: []}
    for _ in range(repeats + 2):
        for own, kept in times.items():
            use_kernels(own)
            kept.append(once(own))
    return [[statistics.median(part) * 1e3 for part in zip(*kept[2:], strict=True)] for kept in times.values()]


if __name__ == "__main__":
    main()
