"""Convolutions, plain and transposed."""

import torch

from autoencode.portable.operations.registry import Call, GraphBuilder, register_lowering, unsupported
from autoencode.portable.program import size


@register_lowering("convolution")
def _convolution(graph: GraphBuilder, call: Call) -> None:
    x, weight, bias = call["input"], call["weight"], call["bias"]
    if x.ndim != 4 or x.shape[0] != 1:
        raise unsupported(call, f"an input of shape {tuple(x.shape)}")
    if graph.depends_on_code(weight) or graph.depends_on_code(bias):
        raise unsupported(call, "weights that depend on the code")
    groups = int(call["groups"])
    n_in, n_out = x.shape[1], call.out.shape[1]
    kernel = list(weight.shape[2:])
    if call["transposed"]:
        # (in, out / groups, kh, kw) → for each group a matrix with a row for each output channel and tap
        matrix = weight.unflatten(0, (groups, -1)).permute(0, 2, 3, 4, 1).reshape(-1, n_in // groups)
    else:
        matrix = weight.reshape(n_out, -1)
    bias = torch.zeros(n_out) if bias is None else bias
    pixels = size(x.shape[2:]) if call["transposed"] else size(call.out.shape[2:])
    number = graph.step(
        "unconv" if call["transposed"] else "conv", [graph.number(x)], call.out.shape,
        weight=graph.constant(matrix), bias=graph.constant(bias), groups=groups,
        n_in=n_in, n_out=n_out, size=list(x.shape[2:]), to=list(call.out.shape[2:]), kernel=kernel,
        stride=list(call["stride"]), padding=list(call["padding"]), dilation=list(call["dilation"]),
        cost=matrix.numel() * pixels,
    )  # fmt: skip
    graph.bind(call.out, number)
