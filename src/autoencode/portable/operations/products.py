"""Sums of products: layers and matrices."""

import torch
from torch import Tensor

from autoencode.portable.operations.registry import Call, GraphBuilder, register_lowering, unsupported
from autoencode.portable.program import size


@register_lowering("addmm")
def _addmm(graph: GraphBuilder, call: Call) -> None:
    if call["beta"] != 1 or call["alpha"] != 1 or graph.depends_on_code(call["self"]):
        raise unsupported(call, "factors")
    biases = call["self"].expand(call.out.shape)
    if bool((biases != biases[:1]).any()):
        raise unsupported(call, "another bias in each row")
    _dense(graph, call, call["mat1"], call["mat2"], biases[0])


@register_lowering("mv")
def _times_vector(graph: GraphBuilder, call: Call) -> None:
    matrix, vector = call["self"], call["vec"]
    if graph.depends_on_code(vector):
        _product(graph, call, matrix, vector, 1)
    else:
        _dense(graph, call, matrix, vector.unsqueeze(1), torch.zeros(1))


@register_lowering("mm", "bmm")
def _matmul(graph: GraphBuilder, call: Call) -> None:
    one, other = call["self"], call["mat2"]
    if call.name == "mm" and not graph.depends_on_code(other):
        _dense(graph, call, one, other, torch.zeros(other.shape[-1]))
    else:
        _product(graph, call, one, other, other.shape[-1])


def _product(graph: GraphBuilder, call: Call, one: Tensor, other: Tensor, columns: int) -> None:
    """(…, rows, inner) times (…, inner, columns), both of them values."""
    batch, (rows, inner) = size(one.shape[:-2]), one.shape[-2:]
    inputs = [graph.number(one), graph.number(other)]
    number = graph.step(
        "matmul", inputs, call.out.shape, batch=batch, rows=rows, inner=inner, columns=columns,
        cost=batch * rows * inner * columns,
    )  # fmt: skip
    graph.bind(call.out, number)


def _dense(graph: GraphBuilder, call: Call, x: Tensor, weight: Tensor, bias: Tensor) -> None:
    """x (rows, inner) times a constant (inner, columns), which is kept with a row for each output."""
    if graph.depends_on_code(weight):
        raise unsupported(call, "weights that depend on the code")
    rows, inner, columns = x.shape[0], *weight.shape
    number = graph.step(
        "dense", [graph.number(x)], call.out.shape, weight=graph.constant(weight.T), bias=graph.constant(bias),
        rows=rows, n_in=inner, n_out=columns, cost=rows * inner * columns,
    )  # fmt: skip
    graph.bind(call.out, number)
