"""Element-wise operations of one, two or three values."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from autoencode.portable.operations.registry import Call, GraphBuilder, register_lowering, unsupported
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


@register_lowering(*_PARAMETERS)
def _unary(graph: GraphBuilder, call: Call) -> None:
    parameters = [call[name] for name in _PARAMETERS[call.name]]
    if any(isinstance(each, Tensor) for each in parameters):
        raise unsupported(call, "tensors for limits")
    _refuse_bits(call)
    _map(graph, call, call.name, parameters)


def _refuse_bits(call: Call) -> None:
    """The page knows truth values, and not the bits of whole numbers."""
    if call.name.startswith("bitwise") and call.args[0].dtype is not torch.bool:
        raise unsupported(call, f"values of type {call.args[0].dtype}")


@register_lowering("gelu")
def _gelu(graph: GraphBuilder, call: Call) -> None:
    _map(graph, call, "gelu_tanh" if call["approximate"] == "tanh" else "gelu")


@register_lowering("pow")
def _power(graph: GraphBuilder, call: Call) -> None:
    if isinstance(call.args[0], Tensor) and not isinstance(call.args[1], Tensor):
        _map(graph, call, "pow", [call.args[1]])
    else:
        raise unsupported(call, "an exponent that is a tensor")


def _map(graph: GraphBuilder, call: Call, function: str, parameters: Sequence[Any] = ()) -> None:
    source = graph.number(call.args[0])
    graph.bind(call.out, graph.step("map", [source], call.out.shape, f=function, p=list(parameters)))


_BINARY = {"add": "add", "sub": "sub", "mul": "mul", "div": "div", "maximum": "max", "minimum": "min", "rsub": "rsub",
          "ge": "ge", "gt": "gt", "le": "le", "lt": "lt", "bitwise_and": "mul"}  # fmt: skip


@register_lowering(*_BINARY)
def _binary(graph: GraphBuilder, call: Call) -> None:
    if call.arguments.get("rounding_mode") is not None:
        raise unsupported(call, "rounding")
    _refuse_bits(call)
    one, other = (each if isinstance(each, Tensor) else torch.tensor(float(each)) for each in call.args[:2])
    inputs = [_broadcast(graph, each, call.out.shape) for each in (one, other)]
    alpha = call.arguments.get("alpha", 1)
    graph.bind(call.out, graph.step("pair", inputs, call.out.shape, f=_BINARY[call.name], alpha=alpha))


@register_lowering("where")
def _where(graph: GraphBuilder, call: Call) -> None:
    parts = (each if isinstance(each, Tensor) else torch.tensor(float(each)) for each in call.args[:3])
    inputs = [_broadcast(graph, each, call.out.shape) for each in parts]
    graph.bind(call.out, graph.step("where", inputs, call.out.shape))


def _broadcast(graph: GraphBuilder, value: Tensor, shape: Sequence[int]) -> int:
    """A value in the shape that broadcasting gives it."""
    if not graph.depends_on_code(value) and value.numel() == 1:
        return graph.number(value.float().reshape(1))  # the kernels repeat it
    if not graph.depends_on_code(value):
        return graph.number(value.float().expand(shape).contiguous())
    if tuple(value.shape) == tuple(shape):
        return graph.number(value)
    seen = torch.empty(value.shape, device="meta").expand(tuple(shape))
    return strided(graph, graph.number(value), seen)


@register_lowering("glu")
def _glu(graph: GraphBuilder, call: Call) -> None:
    x = call["self"]
    source, parts = graph.number(x), torch.empty(x.shape, device="meta").chunk(2, call["dim"])
    halves = [strided(graph, source, half) for half in parts]
    gate = graph.step("map", halves[1:], call.out.shape, f="sigmoid", p=[])
    graph.bind(call.out, graph.step("pair", [halves[0], gate], call.out.shape, f="mul", alpha=1))
