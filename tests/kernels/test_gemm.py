"""Our own products of matrices beside PyTorch's in float64."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autoencode.kernels import (
    dispatch,
    has_bfloat16,
    library,
    linear,
    matmul,
    suits_convolutions,
)

pytestmark = pytest.mark.skipif(library.compiled_library() is None, reason="there is no C++ compiler")

CLOSE = 2e-6
SIZES = [(128, 784, 256), (7, 300, 13), (33, 515, 70), (100, 30, 17), (1, 1, 1), (6, 513, 64), (20, 5, 130), (3, 0, 4)]
KINDS = ["NN", "NT", "TN", "TT", "apart"]


@pytest.fixture(autouse=True, params=[1, 2, 5])
def own(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Our own kernels, on one thread and on some; for any layer, on any processor."""
    monkeypatch.setattr(library, "_enabled", True)
    monkeypatch.setattr(dispatch, "is_matmul_faster", lambda: True)
    monkeypatch.setattr(dispatch, "_MIN_MATMUL_WEIGHTS", 0)
    torch.set_num_threads(request.param)
    yield
    torch.set_num_threads(1)


def matrix(rows: int, columns: int, kind: str) -> Tensor:
    """Random numbers, row after row, column after column, or with others between them."""
    if kind == "apart":
        return torch.randn(rows, 3, columns, 2)[:, 1, :, 1]
    return torch.randn(rows, columns) if kind == "N" else torch.randn(columns, rows).T


def off(found: Tensor, expected: Tensor) -> float:
    assert found.shape == expected.shape
    return ((found.double() - expected).norm() / expected.norm().clamp(min=1e-30)).item()


def both(size: tuple[int, int, int], kind: str) -> tuple[Tensor, Tensor]:
    rows, depth, columns = size
    left, right = (kind, kind) if kind == "apart" else kind
    return matrix(rows, depth, left), matrix(depth, columns, right)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", SIZES)
def test_products_of_any_size_and_strides(size: tuple[int, int, int], kind: str) -> None:
    a, b = both(size, kind)
    bias = torch.randn(size[2])
    assert off(matmul(a, b, bias, False), a.double() @ b.double() + bias.double()) < CLOSE
    assert off(matmul(a, b, None, False), a.double() @ b.double()) < CLOSE


@pytest.mark.skipif(not has_bfloat16(), reason="this processor has no bfloat16")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", SIZES)
def test_in_bfloat16_only_what_is_multiplied_is_rounded(size: tuple[int, int, int], kind: str) -> None:
    a, b = both(size, kind)
    bias = torch.randn(size[2])
    expected = a.bfloat16().double() @ b.bfloat16().double() + bias.double()
    assert off(matmul(a, b, bias, True), expected) < CLOSE


@pytest.mark.skipif(has_bfloat16(), reason="this processor has bfloat16")
def test_without_bfloat16_it_says_so() -> None:
    with pytest.raises(AssertionError, match="no bfloat16"):
        matmul(torch.ones(2, 2), torch.ones(2, 2), None, True)


def test_under_autocast_only_what_a_large_product_multiplies_is_rounded(monkeypatch: pytest.MonkeyPatch) -> None:
    if not suits_convolutions("bfloat16"):
        pytest.skip("matrix units are PyTorch's")
    given = torch.randn(5, 200), torch.randn(300, 200), torch.randn(300)
    for least, rounds in ((0, has_bfloat16()), (10**9, False)):
        monkeypatch.setattr(dispatch, "_MIN_BF16_MULTIPLICATIONS", least)
        with torch.autocast("cpu", torch.bfloat16):
            found = linear(*given)
        assert found.dtype == torch.float32
        assert (off(found, F.linear(*(value.double() for value in given))) > 1e-4) == rounds


def test_under_autocast_numbers_of_other_precisions_are_left_to_it() -> None:
    x, weight = torch.randn(5, 3).double(), torch.randn(4, 3).double()
    with torch.autocast("cpu", torch.bfloat16):
        assert linear(x, weight, None).dtype == torch.float64
    with torch.autocast("cpu", torch.float16):
        assert linear(x.float(), weight.float(), None).dtype == torch.float16


@pytest.mark.skipif(not has_bfloat16(), reason="this processor has no bfloat16")
def test_gradients_of_a_rounded_layer_are_rounded_products(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "_MIN_BF16_MULTIPLICATIONS", 0)
    x, weight = torch.randn(40, 200, requires_grad=True), torch.randn(150, 200, requires_grad=True)
    with torch.autocast("cpu", torch.bfloat16):
        out = linear(x, weight, None)
    dy = torch.randn_like(out)
    dx, dw = torch.autograd.grad(out, (x, weight), dy)
    rounded = [value.detach().bfloat16().double() for value in (dy, x, weight)]
    assert off(dx, rounded[0] @ rounded[2]) < CLOSE
    assert off(dw, rounded[0].T @ rounded[1]) < CLOSE


def test_what_is_no_number_stays_none_and_stays_in_its_row() -> None:
    a, b = torch.ones(20, 70), torch.ones(70, 50)
    a[3, 65] = torch.nan
    a[4, 1] = torch.inf
    found = matmul(a, b, None, False)
    assert found[3].isnan().all()
    assert found[4].isinf().all()
    assert found.isfinite().sum() == 18 * 50


def gradients(layer: object, dtype: torch.dtype, shape: tuple[int, ...], with_bias: bool) -> list[Tensor]:
    torch.manual_seed(0)
    x, weight, bias = torch.randn(*shape, 40), torch.randn(24, 40), torch.randn(24)
    given = [value.to(dtype).requires_grad_() for value in (x, weight, bias)]
    out = layer(*given[:2], given[2] if with_bias else None)  # pyright: ignore[reportCallIssue]
    wanted = given if with_bias else given[:2]
    first = torch.autograd.grad(out.square().mean(), wanted, create_graph=True)
    second = torch.autograd.grad(sum(value.square().sum() for value in first), wanted)
    return [out, *first, *second]


@pytest.mark.parametrize("with_bias", [True, False])
@pytest.mark.parametrize("shape", [(30,), (4, 9)])
def test_a_layer_and_its_gradients(shape: tuple[int, ...], with_bias: bool) -> None:
    found = gradients(linear, torch.float32, shape, with_bias)
    expected = gradients(F.linear, torch.float64, shape, with_bias)
    assert found[0].grad_fn.name() in ("MatmulFunctionBackward", "ViewBackward0")  # pyright: ignore
    for one, other in zip(found, expected, strict=True):
        assert off(one, other) < CLOSE


def test_what_it_cannot_do_is_left_to_pytorch() -> None:
    x, weight, bias = torch.randn(30, 40), torch.randn(24, 40), torch.randn(24)
    assert linear(x.double(), weight.double(), bias.double()).dtype == torch.float64
    assert linear(x[0], weight, bias).shape == (24,)
    mapped = torch.func.vmap(lambda row: linear(row[None], weight, bias))(x)
    torch.testing.assert_close(mapped.squeeze(1), linear(x, weight, bias), rtol=1e-4, atol=1e-5)


WRONG = """
import torch
from autoencode.kernels import dispatch, linear, use_kernels

use_kernels()
dispatch._MIN_MATMUL_WEIGHTS, dispatch.is_matmul_faster = 0, lambda: True
for width, biases in ((3, 24), (41, 24), (40, 3)):
    try:
        linear(torch.randn(30, width), torch.randn(24, 40), torch.randn(biases))
    except RuntimeError:
        continue
    raise AssertionError((width, biases))
"""


def test_what_does_not_fit_is_refused_as_by_pytorch() -> None:
    """In a process of its own, since in tests types are checked before."""
    subprocess.run([sys.executable, "-c", WRONG], check=True)


def test_small_layers_are_left_to_pytorch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "_MIN_MATMUL_WEIGHTS", 24 * 40)
    x, weight = torch.randn(30, 40), torch.randn(24, 40, requires_grad=True)
    assert linear(x, weight, None).grad_fn.name() == "MatmulFunctionBackward"  # pyright: ignore
    assert linear(x, weight[:23], None).grad_fn.name() != "MatmulFunctionBackward"  # pyright: ignore


def test_an_example_has_the_same_numbers_in_any_batch() -> None:
    x, weight, bias = torch.randn(70, 300), torch.randn(90, 300), torch.randn(90)
    alone = torch.cat([linear(some, weight, bias) for some in x.split([1, 5, 32, 32])])
    assert torch.equal(alone, linear(x, weight, bias))
