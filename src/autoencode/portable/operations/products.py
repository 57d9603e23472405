"""Sums of products: layers and matrices."""

import torch
from torch import Tensor

from autoencode.portable.operations.registry import Call, Sink, entered, refuse
from autoencode.portable.program import size


@entered("addmm")
def _addmm(sink: Sink, call: Call) -> None:
    if call["beta"] != 1 or call["alpha"] != 1 or sink.is_live(call["self"]):
        raise refuse(call, "factors")
    biases = call["self"].expand(call.out.shape)
    if bool((biases != biases[:1]).any()):
        raise refuse(call, "another bias in each row")
    _dense(sink, call, call["mat1"], call["mat2"], biases[0])


@entered("mv")
def _times_vector(sink: Sink, call: Call) -> None:
    matrix, vector = call["self"], call["vec"]
    if sink.is_live(vector):
        _product(sink, call, matrix, vector, 1)
    else:
        _dense(sink, call, matrix, vector.unsqueeze(1), torch.zeros(1))


@entered("mm", "bmm")
def _matmul(sink: Sink, call: Call) -> None:
    one, other = call["self"], call["mat2"]
    if call.name == "mm" and not sink.is_live(other):
        _dense(sink, call, one, other, torch.zeros(other.shape[-1]))
    else:
        _product(sink, call, one, other, other.shape[-1])


def _product(sink: Sink, call: Call, one: Tensor, other: Tensor, columns: int) -> None:
    """(…, rows, inner) times (…, inner, columns), both of them values."""
    batch, (rows, inner) = size(one.shape[:-2]), one.shape[-2:]
    inputs = [sink.number(one), sink.number(other)]
    number = sink.step(
        "matmul", inputs, call.out.shape, batch=batch, rows=rows, inner=inner, columns=columns,
        cost=batch * rows * inner * columns,
    )  # fmt: skip
    sink.bind(call.out, number)


def _dense(sink: Sink, call: Call, x: Tensor, weight: Tensor, bias: Tensor) -> None:
    """x (rows, inner) times a constant (inner, columns), which is kept with a row for each output."""
    if sink.is_live(weight):
        raise refuse(call, "weights that depend on the code")
    rows, inner, columns = x.shape[0], *weight.shape
    number = sink.step(
        "dense", [sink.number(x)], call.out.shape, weight=sink.constant(weight.T), bias=sink.constant(bias), rows=rows,
        n_in=inner, n_out=columns, cost=rows * inner * columns,
    )  # fmt: skip
    sink.bind(call.out, number)
