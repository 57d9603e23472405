"""Sums, means, extremes, lengths and softmax."""

import torch

from autoencode.portable.operations.registry import Call, Sink, entered, refuse
from autoencode.portable.operations.shapes import strided
from autoencode.portable.program import size


@entered("_softmax", "_log_softmax", "_safe_softmax")
def _softmax(sink: Sink, call: Call) -> None:
    x, axis = call["self"], call["dim"] % call["self"].ndim
    number = sink.step(
        "softmax", [sink.number(x)], x.shape, outer=size(x.shape[:axis]), n=x.shape[axis],
        inner=size(x.shape[axis + 1 :]), log=call.name == "_log_softmax",
    )  # fmt: skip
    sink.bind(call.out, number)


@entered("sum", "mean", "amax", "amin", "logsumexp")
def _reduce(sink: Sink, call: Call) -> None:
    x, axes = call["self"], call.arguments.get("dim")
    gone = {axis % x.ndim for axis in ([axes] if isinstance(axes, int) else axes or range(x.ndim))}
    kept = [axis for axis in range(x.ndim) if axis not in gone]
    seen = torch.empty(x.shape, device="meta").permute(*kept, *sorted(gone))
    source, width = strided(sink, sink.number(x), seen), size([x.shape[axis] for axis in gone])
    sink.bind(call.out, sink.step("reduce", [source], call.out.shape, f=call.name, n=width))


@entered("linalg_vector_norm")
def _vector_norm(sink: Sink, call: Call) -> None:
    x, axes = call["self"], call["dim"]
    if call["ord"] != 2 or axes is None or [axis % x.ndim for axis in axes] != [x.ndim - 1]:
        raise refuse(call, "other than the lengths of rows")
    sink.bind(call.out, sink.step("reduce", [sink.number(x)], call.out.shape, f="length", n=x.shape[-1]))
