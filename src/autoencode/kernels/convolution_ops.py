"""The compiled convolutions, as functions of tensors."""

import ctypes
from collections.abc import Sequence
from enum import IntEnum
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor

from autoencode.kernels.conv_shape import ConvShape
from autoencode.kernels.library import compiled_library
from autoencode.kernels.tracing import is_tracing_custom_ops

NO_RELU = False
NOT_POOLED = False


class Op(IntEnum):
    """A compiled function, by its number in cpp/convolution.cpp."""

    FORWARD = 0
    BACKWARD = 1
    FEW_INPUTS_FORWARD = 2
    FEW_INPUTS_BACKWARD = 3
    FEW_OUTPUTS_FORWARD = 4


class Inputs(NamedTuple):
    """The tensors that a compiled function reads; which ones, depends on the function.

    Args:
        x: images, channels last.
        weight: (3, 3, in, out), as `to_hwio` returns it.
        bias: one number a channel.
        dy: gradients of the results, channels last.
        mask: which results pass a gradient, as `Outputs.mask` has it.
    """

    x: Tensor | None = None
    weight: Tensor | None = None
    bias: Tensor | None = None
    dy: Tensor | None = None
    mask: Tensor | None = None


class Requested(NamedTuple):
    """Which fields of `Outputs` are to be computed."""

    maps: bool = False
    weights: bool = False
    sums: bool = False
    mask: bool = False


class Outputs(NamedTuple):
    """What a compiled function returns; None where it was not requested.

    Args:
        maps: results, or in a backward function gradients of images, channels last.
        weights: gradients of the weights, (3, 3, ci, co).
        sums: gradients of the bias: a sum for each channel.
        mask: which results pass a gradient, in bytes, channels last. After pooling, a byte says which of the four
            points was the maximum, or that the ReLU after it was not active. Otherwise there is a bit for each number,
            which says that the ReLU was active.
    """

    maps: Tensor | None = None
    weights: Tensor | None = None
    sums: Tensor | None = None
    mask: Tensor | None = None


def compute(
    op: Op, shape: ConvShape, inputs: Inputs, requested: Requested, *, relu: bool = False, pooled: bool = False
) -> Outputs:
    """Calls a compiled function.

    Args:
        op: the function.
        shape: of the convolution.
        inputs: as far as the function reads them.
        requested: of what it can compute.
        relu: a ReLU follows.
        pooled: max pooling follows, so that `Outputs.maps` of a forward function, or `Inputs.dy` of a backward one, has
            the pooled shape.

    Raises:
        AssertionError: the function does not support this convolution.
    """
    if not is_tracing_custom_ops():
        return _run(op, shape, inputs, requested, relu, pooled)
    numbers = [int(number) for number in (op, *shape.as_ints, relu, pooled, *requested)]
    computed = torch.ops.autoencode.autoencode_convolve(numbers, *inputs)
    return Outputs(*(tensor if wanted else None for tensor, wanted in zip(computed, requested, strict=True)))


_FourTensors = tuple[Tensor, Tensor, Tensor, Tensor]


@torch.library.custom_op("autoencode::autoencode_convolve", mutates_args=())
def convolve_op(
    numbers: Sequence[int],
    x: Tensor | None,
    weight: Tensor | None,
    bias: Tensor | None,
    dy: Tensor | None,
    mask: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """`compute`, as an operator of PyTorch that graphs can hold.

    Args:
        numbers: the function, the fields of the shape, `relu`, `pooled` and the fields of `Requested`.
        x: this and the following are the fields of `Inputs`.
        weight: of `Inputs`.
        bias: of `Inputs`.
        dy: of `Inputs`.
        mask: of `Inputs`.

    Returns:
        The fields of `Outputs`, empty tensors in place of None.
    """
    op, shape, relu, pooled, requested = _unpack(numbers)
    return _without_none(_run(op, shape, Inputs(x, weight, bias, dy, mask), requested, relu, pooled))


@convolve_op.register_fake
def _(numbers: Sequence[int], *_: Tensor | None) -> _FourTensors:
    op, shape, _relu, pooled, requested = _unpack(numbers)
    return _without_none(_empty_outputs(op, shape, requested, pooled))


def _unpack(numbers: Sequence[int]) -> tuple[Op, ConvShape, bool, bool, Requested]:
    op, n, h, w, ci, oh, ow, co, stride, rounded, relu, pooled, *requested = numbers
    shape = ConvShape(n, h, w, ci, oh, ow, co, stride, bool(rounded))
    return Op(op), shape, bool(relu), bool(pooled), Requested(*map(bool, requested))


def _without_none(outputs: Outputs) -> _FourTensors:
    """Empty tensors in place of None, which an operator cannot return."""
    maps, weights, sums = (_empty(0) if tensor is None else tensor for tensor in outputs[:3])
    return maps, weights, sums, _empty(0).byte() if outputs.mask is None else outputs.mask


def _empty_outputs(op: Op, shape: ConvShape, requested: Requested, pooled: bool) -> Outputs:
    n, channels, h, w = shape.input_shape if op == Op.BACKWARD else shape.pooled_shape if pooled else shape.output_shape
    maps = _empty_maps(n, channels, h, w) if requested.maps else None
    mask = _empty_maps(n, channels if pooled else channels // 8, h, w, dtype=torch.uint8) if requested.mask else None
    weights = _empty(3, 3, shape.ci, shape.co) if requested.weights else None
    sums = _empty(shape.ci if op == Op.FORWARD else shape.co) if requested.sums else None
    return Outputs(maps, weights, sums, mask)


def _empty(*shape: int) -> Tensor:
    return torch.empty(shape, dtype=torch.float32, device="cpu")


def _empty_maps(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.empty(shape, dtype=dtype, device="cpu", memory_format=torch.channels_last)


def _run(op: Op, shape: ConvShape, inputs: Inputs, requested: Requested, relu: bool, pooled: bool) -> Outputs:
    outputs = _empty_outputs(op, shape, requested, pooled)
    numbers = (ctypes.c_int * 16)(op, *shape.as_ints, relu, pooled, *requested)
    failed = compiled_library().autoencode_convolve(  # pyright: ignore
        numbers, _pointers(inputs), _pointers(outputs), torch.get_num_threads()
    )
    if failed:
        raise AssertionError(f"{op.name} does not support {shape}")
    return outputs


def _pointers(tensors: Sequence[Tensor | None]) -> Any:
    return (ctypes.c_void_p * len(tensors))(*(None if tensor is None else tensor.data_ptr() for tensor in tensors))


def forward(
    ctx: Any, op: Op, x: Tensor, weight: Tensor, bias: Tensor | None, shape: ConvShape, *, relu: bool, pooled: bool
) -> Tensor:
    """The forward pass of an autograd function; keeps in `ctx` what its backward pass needs.

    Args:
        ctx: of the function, whose first arguments are x, weight and bias.
        op: FORWARD or FEW_INPUTS_FORWARD.
        x: images.
        weight: (co, ci, 3, 3).
        bias: (co) or None.
        shape: of the convolution.
        relu: a ReLU follows.
        pooled: max pooling over 2×2 points follows.
    """
    inputs = Inputs(channels_last(x), to_hwio(weight), contiguous_or_none(bias))
    requested = Requested(maps=True, mask=pooled or (relu and any(ctx.needs_input_grad)))
    outputs = compute(op, shape, inputs, requested, relu=relu, pooled=pooled)
    ctx.save_for_backward(x, weight, outputs.maps if relu else None, outputs.mask)
    ctx.shape, ctx.pooled = shape, pooled
    return cast("Tensor", outputs.maps)


def channels_last(x: Tensor) -> Tensor:
    """Memory in the order batch, height, width, channels, also where a side of 1 lets PyTorch choose other strides."""
    return x.detach().movedim(1, -1).contiguous().movedim(-1, 1)


def channels_last_or_none(x: Tensor | None) -> Tensor | None:
    """`channels_last`, or None for None."""
    return None if x is None else channels_last(x)


def contiguous_or_none(bias: Tensor | None) -> Tensor | None:
    """The bias without gaps in memory, or None for None."""
    return None if bias is None else bias.detach().contiguous()


def to_hwio(weight: Tensor) -> Tensor:
    """(co, ci, 3, 3) to (3, 3, ci, co)."""
    return weight.detach().permute(2, 3, 1, 0).contiguous()


def from_hwio(weight: Tensor | None) -> Tensor | None:
    """(3, 3, ci, co) to (co, ci, 3, 3)."""
    return None if weight is None else weight.permute(3, 2, 0, 1)
