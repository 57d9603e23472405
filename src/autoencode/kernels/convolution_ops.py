"""The compiled convolutions, of tensors."""

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
"""In place of a ReLU."""
NOT_POOLED = False
"""In place of a maximum."""


class Op(IntEnum):
    """One of the compiled functions, by its number in convolution.cpp."""

    FORWARD = 0
    BACKWARD = 1
    FEW_INPUTS_FORWARD = 2
    FEW_INPUTS_BACKWARD = 3
    FEW_OUTPUTS_FORWARD = 4


class Inputs(NamedTuple):
    """What is computed with: pictures channels-last, weights as `to_hwio` has them, and of slopes what `passes`."""

    x: Tensor | None = None
    weight: Tensor | None = None
    bias: Tensor | None = None
    dy: Tensor | None = None
    passes: Tensor | None = None


class Requested(NamedTuple):
    """What is made: points of results, or of pictures on the way back; weights; a sum for each channel; and `which` of
    the points pass a slope back, in bytes: where the maximum was, or for each eight channels a bit if above zero."""

    points: bool = False
    weights: bool = False
    sums: bool = False
    which: bool = False


class Outputs(NamedTuple):
    """The same, of which there is what was wanted; weights are (3, 3, ci, co)."""

    points: Tensor | None = None
    weights: Tensor | None = None
    sums: Tensor | None = None
    which: Tensor | None = None


def compute(
    op: Op, shape: ConvShape, inputs: Inputs, requested: Requested, *, relu: bool = False, pooled: bool = False
) -> Outputs:
    """What the compiled function makes.

    Args:
        op: the function.
        shape: of the convolution.
        inputs: as far as the function asks for it.
        requested: of what it can make.
        relu: numbers below zero become zero.
        pooled: points of results, or their slopes, are those of the maxima of 2×2.

    Raises:
        AssertionError: it cannot do this convolution.
    """
    if not is_tracing_custom_ops():
        return _run(op, shape, inputs, requested, relu, pooled)
    numbers = [int(number) for number in (op, *shape.as_ints, relu, pooled, *requested)]
    made = torch.ops.autoencode.autoencode_convolve(numbers, *inputs)
    return Outputs(*(one if wanted else None for one, wanted in zip(made, requested, strict=True)))


_Four = tuple[Tensor, Tensor, Tensor, Tensor]


@torch.library.custom_op("autoencode::autoencode_convolve", mutates_args=())
def convolve_op(
    numbers: Sequence[int],
    x: Tensor | None,
    weight: Tensor | None,
    bias: Tensor | None,
    dy: Tensor | None,
    passes: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """`compute`, for steps that are written down.

    Args:
        numbers: the function, those of the shape, whether there is a ReLU or a maximum, and what is wanted.
        x: this and the others as in `Inputs`.

    Returns:
        As in `Outputs`, with empty tensors in place of what is not wanted.
    """
    op, shape, relu, pooled, requested = _unpack(numbers)
    return _without_none(_run(op, shape, Inputs(x, weight, bias, dy, passes), requested, relu, pooled))


@convolve_op.register_fake
def _(numbers: Sequence[int], *_: Tensor | None) -> _Four:
    op, shape, _relu, pooled, requested = _unpack(numbers)
    return _without_none(_empty_outputs(op, shape, requested, pooled))


def _unpack(numbers: Sequence[int]) -> tuple[Op, ConvShape, bool, bool, Requested]:
    op, n, h, w, ci, oh, ow, co, stride, rounded, relu, pooled, *wanted = numbers
    shape = ConvShape(n, h, w, ci, oh, ow, co, stride, bool(rounded))
    return Op(op), shape, bool(relu), bool(pooled), Requested(*map(bool, wanted))


def _without_none(made: Outputs) -> _Four:
    """Without None, which an operator cannot give."""
    points, weights, sums = (_empty(0) if one is None else one for one in made[:3])
    return points, weights, sums, _empty(0).byte() if made.which is None else made.which


def _empty_outputs(op: Op, shape: ConvShape, requested: Requested, pooled: bool) -> Outputs:
    n, channels, h, w = shape.input_shape if op == Op.BACKWARD else shape.pooled_shape if pooled else shape.output_shape
    points = _empty_maps(n, channels, h, w) if requested.points else None
    which = _empty_maps(n, channels if pooled else channels // 8, h, w, dtype=torch.uint8) if requested.which else None
    weights = _empty(3, 3, shape.ci, shape.co) if requested.weights else None
    sums = _empty(shape.ci if op == Op.FORWARD else shape.co) if requested.sums else None
    return Outputs(points, weights, sums, which)


def _empty(*sides: int) -> Tensor:
    return torch.empty(sides, dtype=torch.float32, device="cpu")


def _empty_maps(*sides: int, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.empty(sides, dtype=dtype, device="cpu", memory_format=torch.channels_last)


def _run(op: Op, shape: ConvShape, inputs: Inputs, requested: Requested, relu: bool, pooled: bool) -> Outputs:
    made = _empty_outputs(op, shape, requested, pooled)
    numbers = (ctypes.c_int * 16)(op, *shape.as_ints, relu, pooled, *requested)
    if compiled_library().autoencode_convolve(numbers, _pointers(inputs), _pointers(made), torch.get_num_threads()):  # pyright: ignore
        raise AssertionError(f"{op.name} was asked for {shape}, which it cannot do")
    return made


def _pointers(tensors: Sequence[Tensor | None]) -> Any:
    return (ctypes.c_void_p * len(tensors))(*(None if one is None else one.data_ptr() for one in tensors))


def forward(
    ctx: Any, op: Op, x: Tensor, weight: Tensor, bias: Tensor | None, shape: ConvShape, *, relu: bool, pooled: bool
) -> Tensor:
    """A convolution on its way forward, which keeps in `ctx` what its way back asks for.

    Args:
        ctx: of the autograd function, whose arguments begin with x, weight and bias.
        op: FORWARD or FEW_INPUTS_FORWARD.
        x: pictures.
        weight: (co, ci, 3, 3).
        bias: one for each channel that comes out.
        shape: of the convolution.
        relu: numbers below zero become zero.
        pooled: of each 2×2 points the maximum is kept.
    """
    requested = Requested(points=True, which=pooled or (relu and any(ctx.needs_input_grad)))
    made = compute(
        op,
        shape,
        Inputs(channels_last(x), to_hwio(weight), contiguous_or_none(bias)),
        requested,
        relu=relu,
        pooled=pooled,
    )
    ctx.save_for_backward(x, weight, made.points if relu else None, made.which)
    ctx.shape, ctx.pooled = shape, pooled
    return cast("Tensor", made.points)


def channels_last(x: Tensor) -> Tensor:
    """Numbers in the order batch, height, width, channels, whatever strides PyTorch gives to sides of one point."""
    return x.detach().movedim(1, -1).contiguous().movedim(-1, 1)


def channels_last_or_none(x: Tensor | None) -> Tensor | None:
    """The same, of what need not be there."""
    return None if x is None else channels_last(x)


def contiguous_or_none(bias: Tensor | None) -> Tensor | None:
    """One number after the other."""
    return None if bias is None else bias.detach().contiguous()


def to_hwio(weight: Tensor) -> Tensor:
    """(co, ci, 3, 3) as (3, 3, ci, co)."""
    return weight.detach().permute(2, 3, 1, 0).contiguous()


def from_hwio(weight: Tensor | None) -> Tensor | None:
    """The other way round."""
    return None if weight is None else weight.permute(3, 2, 0, 1)
