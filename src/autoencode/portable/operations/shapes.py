"""Views and copies: none of these computes anything."""

import torch
from torch import Tensor

from autoencode.portable.operations.registry import Call, GraphBuilder, register_lowering, unsupported
from autoencode.portable.program import size


@register_lowering("view", "_unsafe_view", "reshape", "permute", "transpose", "t", "expand", "squeeze", "unsqueeze",
                   "slice", "select", "split", "split_with_sizes", "unbind")  # fmt: skip
def _layout(graph: GraphBuilder, call: Call) -> None:
    """Asks PyTorch where the numbers of the result lie in a row-major input."""
    source = graph.number(call.args[0])
    seen = call.func(torch.empty(call.args[0].shape, device="meta"), *call.args[1:], **call.kwargs)
    results = call.out if isinstance(call.out, list | tuple) else [call.out]
    views = seen if isinstance(seen, list | tuple) else [seen]
    for result, view in zip(results, views, strict=True):
        graph.bind(result, strided(graph, source, view))


def strided(graph: GraphBuilder, source: int, seen: Tensor) -> int:
    """The value of a view: the source itself where all its numbers lie in their order."""
    if seen.is_contiguous() and seen.untyped_storage().nbytes() == seen.numel() * seen.element_size():
        return source
    return graph.step(
        "gather", [source], seen.shape, sides=list(seen.shape), strides=list(seen.stride()), at=seen.storage_offset()
    )


@register_lowering("clone", "_to_copy", "detach")
def _same(graph: GraphBuilder, call: Call) -> None:
    source = graph.number(call.args[0])
    if not call.out.is_floating_point() and call.args[0].is_floating_point():
        source = graph.step("map", [source], call.out.shape, f="trunc", p=[])  # whole numbers, in the page also floats
    graph.bind(call.out, source)


@register_lowering("embedding")
def _lookup(graph: GraphBuilder, call: Call) -> None:
    """Rows of a constant table, by numbers that depend on the code."""
    if graph.depends_on_code(call["weight"]):
        raise unsupported(call, "a table that depends on the code")
    weight, indices = graph.constant(call["weight"]), graph.number(call["indices"])
    width = call["weight"].shape[1]
    graph.bind(call.out, graph.step("lookup", [indices], call.out.shape, weight=weight, width=width))


@register_lowering("cat")
def _cat(graph: GraphBuilder, call: Call) -> None:
    tensors, axis = call["tensors"], call["dim"] % call.out.ndim
    inner = [size(tensor.shape[axis:]) for tensor in tensors]
    inputs = [graph.number(tensor) for tensor in tensors]
    outer = size(call.out.shape[:axis])
    graph.bind(call.out, graph.step("cat", inputs, call.out.shape, outer=outer, inner=inner))


@register_lowering("stack")
def _stack(graph: GraphBuilder, call: Call) -> None:
    axis = call["dim"] % call.out.ndim
    inputs = [graph.number(tensor) for tensor in call["tensors"]]
    inner = [size(call.out.shape[axis + 1 :])] * len(inputs)
    graph.bind(call.out, graph.step("cat", inputs, call.out.shape, outer=size(call.out.shape[:axis]), inner=inner))


@register_lowering("zeros_like", "ones_like", "full_like")
def _constant(graph: GraphBuilder, call: Call) -> None:
    """The result depends on a shape alone: it stays a constant."""


@register_lowering("pixel_shuffle")
def _pixel_shuffle(graph: GraphBuilder, call: Call) -> None:
    x, r = call["self"], call["upscale_factor"]
    *lead, channels, height, width = x.shape
    seen = torch.empty(size(lead), channels // r**2, r, r, height, width, device="meta").permute(0, 1, 4, 2, 5, 3)
    graph.bind(call.out, strided(graph, graph.number(x), seen))


@register_lowering("constant_pad_nd")
def _pad(graph: GraphBuilder, call: Call) -> None:
    x, pad = call["self"], list(call["pad"])
    if call["value"] != 0 or any(pad[4:]) or x.ndim < 2:
        raise unsupported(call, "other than zeros round a picture")
    left, right, top, bottom = [*pad, 0, 0, 0, 0][:4]
    height, width = x.shape[-2:]
    number = graph.step(
        "pad", [graph.number(x)], call.out.shape, maps=size(x.shape[:-2]), h=height, w=width,
        sides=[left, right, top, bottom],
    )  # fmt: skip
    graph.bind(call.out, number)
