"""The compiled convolutions, of tensors."""

import ctypes
from collections.abc import Sequence
from enum import IntEnum
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor

from autoencode.kernels.library import built
from autoencode.kernels.shape import Shape
from autoencode.kernels.written import is_written_down

LINEAR = False
"""In place of a ReLU."""
WHOLE = False
"""In place of a maximum."""


class What(IntEnum):
    """One of the compiled functions, by its number in convolution.cpp."""

    FORWARD = 0
    BACKWARD = 1
    THIN_FORWARD = 2
    THIN_BACKWARD = 3
    NARROW_FORWARD = 4


class Given(NamedTuple):
    """What is computed with: pictures channels-last, weights as `taps` has them, and of slopes what `passes`."""

    x: Tensor | None = None
    weight: Tensor | None = None
    bias: Tensor | None = None
    dy: Tensor | None = None
    passes: Tensor | None = None


class Wants(NamedTuple):
    """What is made: points of results, or of pictures on the way back; weights; a sum for each channel; and `which` of
    the points pass a slope back, in bytes: where the maximum was, or for each eight channels a bit if above zero."""

    points: bool = False
    weights: bool = False
    sums: bool = False
    which: bool = False


class Made(NamedTuple):
    """The same, of which there is what was wanted; weights are (3, 3, ci, co)."""

    points: Tensor | None = None
    weights: Tensor | None = None
    sums: Tensor | None = None
    which: Tensor | None = None


def compute(what: What, shape: Shape, given: Given, wants: Wants, *, relu: bool = False, pooled: bool = False) -> Made:
    """What the compiled function makes.

    Args:
        what: the function.
        shape: of the convolution.
        given: as far as the function asks for it.
        wants: of what it can make.
        relu: numbers below zero become zero.
        pooled: points of results, or their slopes, are those of the maxima of 2×2.

    Raises:
        AssertionError: it cannot do this convolution.
    """
    if not is_written_down():
        return _computed(what, shape, given, wants, relu, pooled)
    numbers = [int(number) for number in (what, *shape.numbers, relu, pooled, *wants)]
    made = torch.ops.autoencode.autoencode_convolve(numbers, *given)
    return Made(*(one if wanted else None for one, wanted in zip(made, wants, strict=True)))


_Four = tuple[Tensor, Tensor, Tensor, Tensor]


@torch.library.custom_op("autoencode::autoencode_convolve", mutates_args=())
def written_convolution(
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
        x: this and the others as in `Given`.

    Returns:
        As in `Made`, with empty tensors in place of what is not wanted.
    """
    what, shape, relu, pooled, wants = _read(numbers)
    return _told(_computed(what, shape, Given(x, weight, bias, dy, passes), wants, relu, pooled))


@written_convolution.register_fake
def _(numbers: Sequence[int], *_: Tensor | None) -> _Four:
    what, shape, _relu, pooled, wants = _read(numbers)
    return _told(_rooms(what, shape, wants, pooled))


def _read(numbers: Sequence[int]) -> tuple[What, Shape, bool, bool, Wants]:
    what, n, h, w, ci, oh, ow, co, stride, rounded, relu, pooled, *wanted = numbers
    shape = Shape(n, h, w, ci, oh, ow, co, stride, bool(rounded))
    return What(what), shape, bool(relu), bool(pooled), Wants(*map(bool, wanted))


def _told(made: Made) -> _Four:
    """Without None, which an operator cannot give."""
    points, weights, sums = (_room(0) if one is None else one for one in made[:3])
    return points, weights, sums, _room(0).byte() if made.which is None else made.which


def _rooms(what: What, shape: Shape, wants: Wants, pooled: bool) -> Made:
    n, channels, h, w = shape.pictures if what == What.BACKWARD else shape.maxima if pooled else shape.results
    points = _maps(n, channels, h, w) if wants.points else None
    which = _maps(n, channels if pooled else channels // 8, h, w, dtype=torch.uint8) if wants.which else None
    weights = _room(3, 3, shape.ci, shape.co) if wants.weights else None
    sums = _room(shape.ci if what == What.FORWARD else shape.co) if wants.sums else None
    return Made(points, weights, sums, which)


def _room(*sides: int) -> Tensor:
    return torch.empty(sides, dtype=torch.float32, device="cpu")


def _maps(*sides: int, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.empty(sides, dtype=dtype, device="cpu", memory_format=torch.channels_last)


def _computed(what: What, shape: Shape, given: Given, wants: Wants, relu: bool, pooled: bool) -> Made:
    made = _rooms(what, shape, wants, pooled)
    numbers = (ctypes.c_int * 16)(what, *shape.numbers, relu, pooled, *wants)
    if built().autoencode_convolve(numbers, _pointers(given), _pointers(made), torch.get_num_threads()):  # pyright: ignore
        raise AssertionError(f"{what.name} was asked for {shape}, which it cannot do")
    return made


def _pointers(tensors: Sequence[Tensor | None]) -> Any:
    return (ctypes.c_void_p * len(tensors))(*(None if one is None else one.data_ptr() for one in tensors))


def forward(
    ctx: Any, what: What, x: Tensor, weight: Tensor, bias: Tensor | None, shape: Shape, *, relu: bool, pooled: bool
) -> Tensor:
    """A convolution on its way forward, which keeps in `ctx` what its way back asks for.

    Args:
        ctx: of the autograd function, whose arguments begin with x, weight and bias.
        what: FORWARD or THIN_FORWARD.
        x: pictures.
        weight: (co, ci, 3, 3).
        bias: one for each channel that comes out.
        shape: of the convolution.
        relu: numbers below zero become zero.
        pooled: of each 2×2 points the maximum is kept.
    """
    wants = Wants(points=True, which=pooled or (relu and any(ctx.needs_input_grad)))
    made = compute(what, shape, Given(channels_last(x), taps(weight), in_line(bias)), wants, relu=relu, pooled=pooled)
    ctx.save_for_backward(x, weight, made.points if relu else None, made.which)
    ctx.shape, ctx.pooled = shape, pooled
    return cast("Tensor", made.points)


def channels_last(x: Tensor) -> Tensor:
    """Numbers in the order batch, height, width, channels, whatever strides PyTorch gives to sides of one point."""
    return x.detach().movedim(1, -1).contiguous().movedim(-1, 1)


def as_last(x: Tensor | None) -> Tensor | None:
    """The same, of what need not be there."""
    return None if x is None else channels_last(x)


def in_line(bias: Tensor | None) -> Tensor | None:
    """One number after the other."""
    return None if bias is None else bias.detach().contiguous()


def taps(weight: Tensor) -> Tensor:
    """(co, ci, 3, 3) as (3, 3, ci, co)."""
    return weight.detach().permute(2, 3, 1, 0).contiguous()


def untapped(weight: Tensor | None) -> Tensor | None:
    """The other way round."""
    return None if weight is None else weight.permute(3, 2, 0, 1)
