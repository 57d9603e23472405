"""Sums, means, extremes, lengths and softmax."""

import torch

from autoencode.portable.operations.registry import Call, GraphBuilder, register_lowering, unsupported
from autoencode.portable.operations.shapes import strided
from autoencode.portable.program import size


@register_lowering("_softmax", "_log_softmax", "_safe_softmax")
def _softmax(graph: GraphBuilder, call: Call) -> None:
    x, axis = call["self"], call["dim"] % call["self"].ndim
    number = graph.step(
        "softmax", [graph.number(x)], x.shape, outer=size(x.shape[:axis]), n=x.shape[axis],
        inner=size(x.shape[axis + 1 :]), log=call.name == "_log_softmax",
    )  # fmt: skip
    graph.bind(call.out, number)


@register_lowering("sum", "mean", "amax", "amin", "logsumexp")
def _reduce(graph: GraphBuilder, call: Call) -> None:
    x, axes = call["self"], call.arguments.get("dim")
    gone = {axis % x.ndim for axis in ([axes] if isinstance(axes, int) else axes or range(x.ndim))}
    kept = [axis for axis in range(x.ndim) if axis not in gone]
    seen = torch.empty(x.shape, device="meta").permute(*kept, *sorted(gone))
    source, width = strided(graph, graph.number(x), seen), size([x.shape[axis] for axis in gone])
    graph.bind(call.out, graph.step("reduce", [source], call.out.shape, f=call.name, n=width))


@register_lowering("linalg_vector_norm")
def _vector_norm(graph: GraphBuilder, call: Call) -> None:
    x, axes = call["self"], call["dim"]
    if call["ord"] != 2 or axes is None or [axis % x.ndim for axis in axes] != [x.ndim - 1]:
        raise unsupported(call, "other than the lengths of rows")
    graph.bind(call.out, graph.step("reduce", [graph.number(x)], call.out.shape, f="length", n=x.shape[-1]))
