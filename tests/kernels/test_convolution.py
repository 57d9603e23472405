"""Our own convolutions beside PyTorch's in float64."""

import math
import subprocess
import sys
from collections.abc import Iterator

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autoencode import kernels
from autoencode.kernels import (
    convolve,
    convolve_few_outputs,
    convolve_transposed,
    convolve_upsampled,
    dispatch,
    library,
    torch_private,
)

pytestmark = pytest.mark.skipif(library.compiled_library() is None, reason="there is no C++ compiler")

CLOSE = 1e-5  # of the norm; PyTorch's own are within 2e-6

WIDE = [
    (3, 14, 14, 32, 48),
    (2, 16, 17, 16, 16),
    (9, 8, 8, 64, 32),
    (40, 5, 3, 16, 32),
    (70, 3, 3, 16, 16),
    (300, 2, 1, 16, 16),
]
THIN = [(3, 14, 14, 1, 32), (2, 16, 17, 3, 16), (9, 8, 9, 4, 48)]


@pytest.fixture(autouse=True, params=[1, 2])
def own(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Our own kernels, on one thread and on two."""
    monkeypatch.setattr(library, "_enabled", True)
    torch.set_num_threads(request.param)
    yield
    torch.set_num_threads(1)


def numbers(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def off(a: Tensor, b: Tensor) -> float:
    assert a.shape == b.shape
    return ((a.double() - b.double()).norm() / b.double().norm()).item()


def check(ours: object, reference: object, *inputs: Tensor, relu: bool, kind: str, layout: torch.memory_format) -> None:
    """The result, the gradients, and the gradients of these, of both."""
    found: list[list[Tensor]] = []
    for function, dtype in ((ours, torch.float32), (reference, torch.float64)):
        given = [value.to(dtype) for value in inputs]
        given = [value.contiguous(memory_format=layout) if value.ndim == 4 else value for value in given]
        given = [value.requires_grad_(place > 0 or kind != "FewInputsFunction") for place, value in enumerate(given)]
        out = function(*given)  # pyright: ignore[reportCallIssue]
        assert dtype == torch.float64 or out.grad_fn.name().startswith(f"{kind}Backward")
        towards = torch.linspace(0.5, 1.5, out.numel(), dtype=dtype).reshape(out.shape)
        wanted = [value for value in given if value.requires_grad]
        first = torch.autograd.grad((out * towards).sum(), wanted, retain_graph=True)
        gradients = torch.autograd.grad(((out + out**2) * towards).sum(), wanted, create_graph=True)
        second = torch.autograd.grad(sum((gradient**2).sum() for gradient in gradients), wanted)
        found.append([out.detach(), *first, *(gradient.detach() for gradient in gradients), *second])
        assert not relu or out.min() == 0
    for a, b in zip(*found, strict=True):
        assert off(a, b) < CLOSE


@pytest.mark.parametrize("layout", [torch.channels_last, torch.contiguous_format])
@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize(("n", "h", "w", "ci", "co"), WIDE + THIN)
def test_a_convolution_and_its_derivatives(
    n: int, h: int, w: int, ci: int, co: int, stride: int, relu: bool, layout: torch.memory_format, monkeypatch
) -> None:
    monkeypatch.setattr(dispatch, "_MIN_POINTS", 1)
    x, weight, bias = numbers(n, ci, h, w), numbers(co, ci, 3, 3) / math.sqrt(9 * ci), numbers(co)

    def reference(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        out = F.conv2d(x, weight, bias, stride, 1)
        return out.relu() if relu else out

    kind = "FewInputsFunction" if ci < 16 else "WinogradFunction"
    ours = lambda *some: convolve(*some, stride, 1, relu=relu)  # noqa: E731
    check(ours, reference, x, weight, bias, relu=relu, kind=kind, layout=layout)


@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize(("n", "h", "w", "ci", "co"), WIDE + THIN)
def test_a_maximum_and_its_derivatives(
    n: int, h: int, w: int, ci: int, co: int, stride: int, relu: bool, monkeypatch
) -> None:
    monkeypatch.setattr(dispatch, "_MIN_POINTS", 1)
    x, weight, bias = numbers(n, ci, h, w), numbers(co, ci, 3, 3) / math.sqrt(9 * ci), numbers(co)

    def reference(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        out = F.max_pool2d(F.conv2d(x, weight, bias, stride, 1), 2, ceil_mode=True)
        return out.relu() if relu else out

    kind = "FewInputsFunction" if ci < 16 else "WinogradFunction"
    ours = lambda *some: convolve(*some, stride, 1, relu=relu, pooled=True)  # noqa: E731
    check(ours, reference, x, weight, bias, relu=relu, kind=kind, layout=torch.channels_last)


@pytest.mark.parametrize("ci", [1, 16])
def test_of_equal_numbers_the_first_is_the_maximum(ci: int) -> None:
    x, weight = torch.ones(9, ci, 15, 15, requires_grad=ci == 16), torch.zeros(16, ci, 3, 3, requires_grad=True)
    gradients = []
    for out in (
        convolve(x, weight, None, 1, 1, pooled=True),
        F.max_pool2d(F.conv2d(x, weight, padding=1), 2, ceil_mode=True),
    ):
        gradients.append(torch.autograd.grad((out * torch.arange(16.0)[:, None, None]).sum(), weight)[0])
    assert torch.allclose(*gradients, rtol=1e-4)


@pytest.mark.parametrize("ci", [1, 16])
@pytest.mark.parametrize("place", [(4, 4), (4, 5), (5, 4), (5, 5), (14, 14)])
def test_a_maximum_with_no_number_is_none(ci: int, place: tuple[int, int]) -> None:
    x, weight = torch.zeros(9, ci, 15, 15), torch.zeros(16, ci, 3, 3)
    weight[:, :, 1, 1] = 1
    x[0, 0, *place] = math.nan
    expected = F.max_pool2d(F.conv2d(x, weight, padding=1), 2, ceil_mode=True).isnan()
    assert expected.any()
    assert convolve(x, weight, None, 1, 1, pooled=True)[expected].isnan().all()


@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize(("n", "h", "w", "ci", "co"), WIDE)
def test_a_doubled_picture_and_its_derivatives(
    n: int, h: int, w: int, ci: int, co: int, relu: bool, monkeypatch
) -> None:
    monkeypatch.setattr(dispatch, "_MIN_POINTS", 1)
    x, weight, bias = numbers(n, ci, h, w), numbers(co, ci, 3, 3) / math.sqrt(9 * ci), numbers(co)

    def reference(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        out = F.conv2d(x.repeat_interleave(2, 2).repeat_interleave(2, 3), weight, bias, 1, 1)
        return out.relu() if relu else out

    ours = lambda *some: convolve_upsampled(*some, relu=relu)  # noqa: E731
    check(ours, reference, x, weight, bias, relu=relu, kind="WinogradFunction", layout=torch.channels_last)


@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize(("n", "h", "w", "ci"), [(3, 14, 14, 32), (4, 16, 9, 16), (80, 3, 3, 48)])
def test_a_doubled_picture_to_one_channel_and_its_derivatives(n: int, h: int, w: int, ci: int, relu: bool) -> None:
    x, weight, bias = numbers(n, ci, h, w), numbers(1, ci, 3, 3) / math.sqrt(9 * ci), numbers(1)

    def reference(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        out = F.conv2d(x.repeat_interleave(2, 2).repeat_interleave(2, 3), weight, bias, 1, 1)
        return out.relu() if relu else out

    ours = lambda *some: convolve_upsampled(*some, relu=relu)  # noqa: E731
    check(ours, reference, x, weight, bias, relu=relu, kind="PixelShuffle", layout=torch.channels_last)


@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize(("n", "h", "w", "ci", "co"), WIDE)
def test_a_transposed_convolution_and_its_derivatives(
    n: int, h: int, w: int, ci: int, co: int, stride: int, relu: bool, monkeypatch
) -> None:
    monkeypatch.setattr(dispatch, "_MIN_POINTS", 1)
    x, weight, bias = numbers(n, ci, h, w), numbers(ci, co, 3, 3) / math.sqrt(9 * ci), numbers(co)
    size = (h * stride, w * stride)

    def reference(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        out = F.conv_transpose2d(x, weight, bias, stride, 1, stride - 1)
        return out.relu() if relu else out

    ours = lambda *some: convolve_transposed(*some, stride, 1, size, relu=relu)  # noqa: E731
    check(ours, reference, x, weight, bias, relu=relu, kind="WinogradTransposedFunction", layout=torch.channels_last)


@pytest.mark.parametrize(("n", "h", "w", "ci", "co"), [(3, 14, 14, 32, 1), (2, 20, 33, 16, 3), (80, 3, 3, 48, 4)])
def test_a_convolution_to_few_channels_and_its_derivatives(n: int, h: int, w: int, ci: int, co: int) -> None:
    x, weight, bias = numbers(n, ci, h, w), numbers(co, ci, 3, 3) / math.sqrt(9 * ci), numbers(co)
    reference = lambda *some: F.conv2d(*some, 1, 1)  # noqa: E731
    check(
        convolve_few_outputs,
        reference,
        x,
        weight,
        bias,
        relu=False,
        kind="FewOutputsFunction",
        layout=torch.channels_last,
    )


@pytest.mark.parametrize("ci", [3, 16])
def test_without_a_bias_or_a_gradient(ci: int) -> None:
    x, weight = numbers(4, ci, 16, 16).float(), numbers(16, ci, 3, 3).float()
    with torch.no_grad():
        assert off(convolve(x, weight, None, 1, 1), F.conv2d(x.double(), weight.double(), None, 1, 1)) < CLOSE


def test_a_picture_larger_than_the_cache_in_one_piece() -> None:
    x, weight = numbers(1, 16, 203, 197).float(), numbers(32, 16, 3, 3).float()
    with torch.no_grad():
        ours = convolve(x, weight, None, 1, 1)
    assert off(ours, F.conv2d(x.double(), weight.double(), None, 1, 1)) < CLOSE


def test_only_the_gradients_that_are_wanted() -> None:
    x, weight = numbers(4, 16, 16, 16).float(), numbers(16, 16, 3, 3).float().requires_grad_()
    convolve(x, weight, None, 1, 1).sum().backward()
    assert x.grad is None
    assert weight.grad is not None
    frozen = weight.detach()
    x.requires_grad_()
    convolve(x, frozen, None, 1, 1).sum().backward()
    assert x.grad is not None


def test_not_a_number_stays_one() -> None:
    x, weight = torch.zeros(4, 16, 16, 16), torch.ones(16, 16, 3, 3)
    x[0, 0, 0, 0] = math.nan
    assert convolve(x, weight, None, 1, 1, relu=True)[0, 0, 0, 0].isnan()


def test_the_same_twice_to_the_bit() -> None:
    x, weight = numbers(7, 32, 14, 14).float(), numbers(32, 32, 3, 3).float().requires_grad_()
    made = []
    for _ in range(2):
        out = convolve(x, weight, None, 1, 1)
        made.append([out.detach(), *torch.autograd.grad(out.square().sum(), weight)])
    assert all(torch.equal(a, b) for a, b in zip(*made, strict=True))


def is_own(out: Tensor) -> bool:
    return out.grad_fn is not None and out.grad_fn.name() == "WinogradFunctionBackward"


def test_whom_it_leaves_to_pytorch() -> None:
    x, weight = torch.randn(4, 16, 16, 16), torch.randn(16, 16, 3, 3, requires_grad=True)
    assert is_own(convolve(x, weight, None, 1, 1))
    assert not is_own(convolve(x[:1, :, :4, :4], weight, None, 1, 1))  # small
    assert not is_own(convolve(x.double(), weight.double(), None, 1, 1))
    assert not is_own(convolve(x[:, :8], weight[:, :8], None, 1, 1))  # eight channels
    assert not is_own(convolve(x, weight, None, 3, 1))
    assert not is_own(convolve(x, weight, None, 1, 0))
    assert not is_own(convolve(x, weight[..., :1, :1], None, 1, 1))
    assert convolve_few_outputs(x, weight, None) is None
    assert convolve_transposed(x, weight[..., :2, :2], None, 2, 0, (32, 32)) is None


@pytest.mark.parametrize("matrix_units", [False, True])
def test_bfloat16_is_for_processors_with_matrix_units(matrix_units: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_private, "has_amx", lambda: matrix_units)
    x, weight = torch.randn(4, 16, 16, 16), torch.randn(16, 16, 3, 3, requires_grad=True)
    with torch.autocast("cpu", torch.bfloat16):
        for layer in (
            lambda x: convolve(x, weight, None, 1, 1, pooled=True),
            lambda x: convolve_few_outputs(x, weight[:2], None),
            lambda x: convolve_upsampled(x, weight, None),
            lambda x: convolve_upsampled(x, weight[:1], None),
            lambda x: convolve_transposed(x, weight, None, 2, 1, (32, 32)),
        ):
            out = layer(x.bfloat16())
            assert matrix_units == (out is None or out.dtype == torch.bfloat16)
            if not matrix_units:
                torch.testing.assert_close(out, layer(x.bfloat16().float()), rtol=0, atol=0)
    with torch.autocast("cpu", torch.float16):
        assert convolve(x, weight, None, 1, 1).dtype == torch.float16


def test_gradients_of_a_layer_in_bfloat16_go_back_in_it() -> None:
    x, weight = torch.randn(4, 16, 16, 16).bfloat16().requires_grad_(), torch.randn(16, 16, 3, 3, requires_grad=True)
    with torch.autocast("cpu", torch.bfloat16):
        out = convolve(x, weight, None, 1, 1)
    gradients = torch.autograd.grad(out.square().sum(), (x, weight))
    assert [gradient.dtype for gradient in gradients] == [torch.bfloat16, torch.float32]


WRONG = """
import torch
from autoencode import kernels
from autoencode.kernels import convolve, convolve_few_outputs, convolve_transposed
kernels.use_kernels()
def randn(*shape):
    return torch.randn(shape)
def refused(*given):
    try:
        convolve(*given, 1, 1)
    except RuntimeError as error:
        return any(word in str(error) for word in ("channels", "type", "bias"))
assert refused(randn(4, 16, 16, 16), randn(16, 32, 3, 3), None)
assert refused(randn(4, 2, 16, 16), randn(16, 1, 3, 3), None)
assert refused(randn(4, 32, 16, 16), randn(16, 32, 3, 3), torch.zeros(16).double())
assert refused(randn(4, 32, 16, 16), randn(16, 32, 3, 3), torch.zeros(32))
assert convolve_few_outputs(randn(4, 16, 16, 16), randn(1, 32, 3, 3), None) is None
assert convolve_transposed(randn(16, 32, 8, 8), randn(32, 16, 3, 3), None, 2, 1, (18, 16)) is None
assert convolve_transposed(randn(16, 16, 8, 8), randn(32, 16, 3, 3), None, 2, 1, (16, 16)) is None
assert convolve_transposed(randn(16, 32, 8, 8), randn(32, 16, 3, 3), None, 2, 1, (16, 16)) is not None
"""


def test_what_does_not_fit_is_refused_as_by_pytorch() -> None:
    """In a process of its own, since in tests types are checked before."""
    subprocess.run([sys.executable, "-c", WRONG], check=True)


def test_gradients_after_it_was_switched_off_and_with_tensors_kept_elsewhere() -> None:
    x, weight = torch.randn(4, 16, 16, 16), torch.randn(16, 16, 3, 3, requires_grad=True)
    (expected,) = torch.autograd.grad(convolve(x, weight, None, 1, 1, relu=True).square().sum(), weight)
    with torch.autograd.graph.saved_tensors_hooks(
        lambda t: t.detach(), lambda t: t.clone(memory_format=torch.contiguous_format)
    ):
        out = convolve(x, weight, None, 1, 1, relu=True)
    kernels.use_kernels(False)
    (gradient,) = torch.autograd.grad(out.square().sum(), weight)
    assert torch.equal(gradient, expected)


def test_a_default_device_is_not_that_of_the_result() -> None:
    with torch.device("meta"):
        weight = torch.randn(16, 16, 3, 3, device="cpu", requires_grad=True)
        bias = torch.randn(16, device="cpu", requires_grad=True)
        out = convolve(torch.randn(4, 16, 16, 16, device="cpu"), weight, bias, 1, 1, relu=True)
        out.backward(out.detach())
    assert out.device.type == weight.grad.device.type == bias.grad.device.type == "cpu"  # pyright: ignore


@pytest.mark.parametrize("pooled", [False, True])
@pytest.mark.parametrize("channels", [1, 16])
def test_gradients_pass_a_relu_where_it_gave_more_than_zero_or_no_number(channels: int, pooled: bool) -> None:
    x, weight = torch.randn(5, channels, 15, 14), torch.randn(32, channels, 3, 3)
    bias = torch.randn(32, requires_grad=True)
    x[1, 0, 4, 5] = math.nan
    out = convolve(x, weight, bias, 1, 1, relu=True, pooled=pooled)
    (passed,) = torch.autograd.grad(out, bias, torch.ones_like(out))
    assert 0 < out.isnan().sum() < out.numel()
    assert torch.equal(passed, (~(out <= 0)).sum((0, 2, 3)).float())


def test_pictures_fewer_than_threads_are_pytorchs_to_train_on() -> None:
    x, weight = torch.randn(1, 16, 64, 64), torch.randn(16, 16, 3, 3, requires_grad=True)
    assert is_own(convolve(x, weight, None, 1, 1)) == (torch.get_num_threads() == 1)


def test_functional_transforms_and_traces_see_pytorchs_own() -> None:
    x, weight = torch.randn(3, 4, 16, 16, 16), torch.randn(16, 16, 3, 3)
    mapped = torch.vmap(lambda some: convolve(some, weight, None, 1, 1))(x)
    assert off(mapped[1], convolve(x[1], weight, None, 1, 1)) < CLOSE
    graph = torch.fx.experimental.proxy_tensor.make_fx(lambda some: convolve(some, weight, None, 1, 1))(x[0])
    assert any("convolution" in str(node.target) for node in graph.graph.nodes)


def test_many_steps_hold_no_memory() -> None:
    x, weight = torch.randn(4, 16, 16, 16), torch.randn(16, 16, 3, 3, requires_grad=True)
    for _ in range(3):
        convolve(x, weight, None, 1, 1).sum().backward()
    assert kernels.kernels_are_built()
