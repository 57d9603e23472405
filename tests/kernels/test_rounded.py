"""Convolutions of numbers that are rounded to bfloat16, beside PyTorch's in float64."""

from collections.abc import Iterator

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autoencode.kernels import (
    convolve,
    convolve_transposed,
    convolve_upsampled,
    dispatch,
    has_bfloat16,
    library,
    suits_convolutions,
)

pytestmark = pytest.mark.skipif(
    library.compiled_library() is None or not suits_convolutions("bfloat16"), reason="oneDNN's own, or no compiler"
)

SIZES = [
    (3, 14, 14, 32, 48),
    (2, 16, 17, 16, 16),
    (9, 8, 8, 64, 32),
    (40, 5, 3, 16, 32),
    (300, 2, 1, 16, 16),
]


@pytest.fixture(autouse=True, params=[1, 2])
def own(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Our own kernels of any size, on one thread and on two."""
    monkeypatch.setattr(library, "_enabled", True)
    monkeypatch.setattr(dispatch, "_MIN_POINTS", 1)
    torch.set_num_threads(request.param)
    yield
    torch.set_num_threads(1)


def ours(kind: str, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    out = {
        "plain": lambda: convolve(x, weight, bias, 1, 1, relu=True),
        "halving": lambda: convolve(x, weight, bias, 2, 1),
        "pooled": lambda: convolve(x, weight, bias, 1, 1, relu=True, pooled=True),
        "doubled": lambda: convolve_upsampled(x, weight, bias, relu=True),
        "transposed": lambda: convolve_transposed(
            x, weight.transpose(0, 1), bias, 2, 1, (2 * x.shape[2], 2 * x.shape[3]), relu=True
        ),
    }[kind]()
    assert out is not None
    assert out.grad_fn is not None
    assert out.grad_fn.name().startswith("Winograd")
    return out


def pytorchs(kind: str, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    larger = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
    return {
        "plain": lambda: F.conv2d(x, weight, bias, 1, 1).relu(),
        "halving": lambda: F.conv2d(x, weight, bias, 2, 1),
        "pooled": lambda: F.max_pool2d(F.conv2d(x, weight, bias, 1, 1), 2, ceil_mode=True).relu(),
        "doubled": lambda: F.conv2d(larger, weight, bias, 1, 1).relu(),
        "transposed": lambda: F.conv_transpose2d(x, weight.transpose(0, 1), bias, 2, 1, 1).relu(),
    }[kind]()


def both(kind: str, towards: Tensor, *given: Tensor) -> list[tuple[Tensor, Tensor]]:
    """The result and its gradients, ours and PyTorch's in float64."""
    found = list[list[Tensor]]()
    for function, dtype in ((ours, torch.float32), (pytorchs, torch.float64)):
        inputs = [value.to(dtype).requires_grad_() for value in given]
        with torch.autocast("cpu", torch.bfloat16, enabled=function is ours):
            out = function(kind, *inputs)
        gradients = torch.autograd.grad(
            out, inputs, towards[: out.shape[0], :, : out.shape[2], : out.shape[3]].to(dtype)
        )
        found.append([out.detach(), *gradients])
    return list(zip(*found, strict=True))


KINDS = pytest.mark.parametrize("kind", ["plain", "halving", "pooled", "doubled", "transposed"])


@KINDS
@pytest.mark.parametrize(("n", "h", "w", "ci", "co"), SIZES)
def test_numbers_that_bfloat16_holds_give_the_sums_themselves(
    n: int, h: int, w: int, ci: int, co: int, kind: str
) -> None:
    x, towards = torch.randint(-1, 2, (n, ci, h, w)), torch.randint(-1, 2, (n, co, 2 * h, 2 * w))
    weight, bias = 4 * torch.randint(-2, 3, (co, ci, 3, 3)), torch.randint(-2, 3, (co,))
    for one, other in both(kind, towards.float(), x.float(), weight.float(), bias.float()):
        assert torch.equal(one.double(), other)


@KINDS
@pytest.mark.parametrize(("n", "h", "w", "ci", "co"), SIZES)
def test_others_are_off_by_as_much_as_they_are_rounded(n: int, h: int, w: int, ci: int, co: int, kind: str) -> None:
    x, towards = torch.randn(n, ci, h, w), torch.randn(n, co, 2 * h, 2 * w)
    weight, bias = torch.randn(co, ci, 3, 3) / (9 * ci) ** 0.5, torch.randn(co)
    (one, other), *_ = both(kind, towards, x, weight, bias)
    error = ((one - other).norm() / other.norm()).item()
    assert 5e-4 < error < 1e-2 if has_bfloat16() else error < 1e-5
