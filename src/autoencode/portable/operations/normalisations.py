"""Normalisations: of groups, layers, batches and channels."""

import torch
from torch import Tensor

from autoencode.portable.operations.registry import Call, GraphBuilder, register_lowering, unsupported
from autoencode.portable.program import size


@register_lowering("native_group_norm")
def _group_norm(graph: GraphBuilder, call: Call) -> None:
    rows = call["N"] * call["group"]
    _norm(graph, call, call["input"], rows, (call["weight"], call["bias"]), (call["C"], call["HxW"]), call["eps"])


@register_lowering("native_layer_norm")
def _layer_norm(graph: GraphBuilder, call: Call) -> None:
    x, width = call["input"], size(call["normalized_shape"])
    _norm(graph, call, x, x.numel() // width, (call["weight"], call["bias"]), (width, 1), call["eps"])


def _norm(
    graph: GraphBuilder, call: Call, x: Tensor, rows: int, affine: tuple[Tensor | None, Tensor | None],
    layout: tuple[int, int], eps: float,
) -> None:  # fmt: skip
    """Rows of mean 0 and variance 1, then a scale and a shift for each channel, which are `each` numbers long."""
    channels, each = layout
    scale, shift = (
        torch.full((channels,), fill) if given is None else given.flatten()
        for given, fill in zip(affine, (1.0, 0.0), strict=True)
    )
    number = graph.step(
        "norm", [graph.number(x)], x.shape, rows=rows, eps=eps, each=each, channels=channels,
        scale=graph.constant(scale), shift=graph.constant(shift),
    )  # fmt: skip
    graph.bind(call.out[0], number)


@register_lowering("native_batch_norm")
def _batch_norm(graph: GraphBuilder, call: Call) -> None:
    if call["running_mean"] is None:  # instance normalisation, which makes each channel an example of its own
        x, channels = call["input"], call["input"].shape[1]
        layout = channels, size(call["input"].shape[2:])
        _norm(graph, call, x, channels, (call["weight"], call["bias"]), layout, call["eps"])
        return
    if call.arguments.get("training"):
        raise unsupported(call, "a batch's own statistics")
    x, channels = call["input"], call["input"].shape[1]
    scale = (call["running_var"] + call["eps"]).rsqrt() * (1 if call["weight"] is None else call["weight"])
    shift = (0 if call["bias"] is None else call["bias"]) - call["running_mean"] * scale
    number = graph.step(
        "affine", [graph.number(x)], x.shape, channels=channels, each=size(x.shape[2:]), scale=graph.constant(scale),
        shift=graph.constant(shift),
    )  # fmt: skip
    graph.bind(call.out[0], number)
