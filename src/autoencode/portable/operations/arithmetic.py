"""Values one by one, and two or three at a time."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from autoencode.portable.operations.registry import Call, Sink, entered, refuse
from autoencode.portable.operations.shapes import strided

_PARAMETERS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("relu", "sigmoid", "tanh", "silu", "exp", "log", "neg", "abs", "sqrt", "rsqrt", "erf"), ()),
    **dict.fromkeys(("reciprocal", "log1p", "expm1", "sin", "cos", "mish", "hardsigmoid", "hardswish"), ()),
    **dict.fromkeys(("square", "bitwise_not"), ()),
    "leaky_relu": ("negative_slope",),
    "elu": ("alpha", "scale", "input_scale"),
    "softplus": ("beta", "threshold"),
    "hardtanh": ("min_val", "max_val"),
    "clamp": ("min", "max"),
    "clamp_min": ("min",),
    "clamp_max": ("max",),
}


@entered(*_PARAMETERS)
def _unary(sink: Sink, call: Call) -> None:
    parameters = [call[name] for name in _PARAMETERS[call.name]]
    if any(isinstance(each, Tensor) for each in parameters):
        raise refuse(call, "tensors for limits")
    _map(sink, call, call.name, parameters)


@entered("gelu")
def _gelu(sink: Sink, call: Call) -> None:
    _map(sink, call, "gelu_tanh" if call["approximate"] == "tanh" else "gelu")


@entered("pow")
def _power(sink: Sink, call: Call) -> None:
    if isinstance(call.args[0], Tensor) and not isinstance(call.args[1], Tensor):
        _map(sink, call, "pow", [call.args[1]])
    else:
        raise refuse(call, "an exponent that is a tensor")


def _map(sink: Sink, call: Call, function: str, parameters: Sequence[Any] = ()) -> None:
    source = sink.number(call.args[0])
    sink.bind(call.out, sink.step("map", [source], call.out.shape, f=function, p=list(parameters)))


_PAIRS = {"add": "add", "sub": "sub", "mul": "mul", "div": "div", "maximum": "max", "minimum": "min", "rsub": "rsub",
          "ge": "ge", "gt": "gt", "le": "le", "lt": "lt", "bitwise_and": "mul"}  # fmt: skip


@entered(*_PAIRS)
def _binary(sink: Sink, call: Call) -> None:
    if call.arguments.get("rounding_mode") is not None:
        raise refuse(call, "rounding")
    one, other = (each if isinstance(each, Tensor) else torch.tensor(float(each)) for each in call.args[:2])
    inputs = [_spread(sink, each, call.out.shape) for each in (one, other)]
    alpha = call.arguments.get("alpha", 1)
    sink.bind(call.out, sink.step("pair", inputs, call.out.shape, f=_PAIRS[call.name], alpha=alpha))


@entered("where")
def _where(sink: Sink, call: Call) -> None:
    parts = (each if isinstance(each, Tensor) else torch.tensor(float(each)) for each in call.args[:3])
    inputs = [_spread(sink, each, call.out.shape) for each in parts]
    sink.bind(call.out, sink.step("where", inputs, call.out.shape))


def _spread(sink: Sink, value: Tensor, shape: Sequence[int]) -> int:
    """A value in the shape that broadcasting gives it."""
    if not sink.is_live(value) and value.numel() == 1:
        return sink.number(value.float().reshape(1))  # the kernels repeat it
    if not sink.is_live(value):
        return sink.number(value.float().expand(shape).contiguous())
    if tuple(value.shape) == tuple(shape):
        return sink.number(value)
    seen = torch.empty(value.shape, device="meta").expand(tuple(shape))
    return strided(sink, sink.number(value), seen)


@entered("glu")
def _glu(sink: Sink, call: Call) -> None:
    x = call["self"]
    source, parts = sink.number(x), torch.empty(x.shape, device="meta").chunk(2, call["dim"])
    halves = [strided(sink, source, half) for half in parts]
    gate = sink.step("map", halves[1:], call.out.shape, f="sigmoid", p=[])
    sink.bind(call.out, sink.step("pair", [halves[0], gate], call.out.shape, f="mul", alpha=1))
