"""A GRU on packed sequences whose training takes time in proportion to their length."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence

_FORWARD, _BACKWARD = "_l0", "_l0_reverse"


def packed_gru(
    gru: nn.GRU, packed: PackedSequence, state: Float[Tensor, "directions n hidden"] | None = None
) -> tuple[PackedSequence, Float[Tensor, "directions n hidden"]]:
    """`gru(packed, state)`, the same numbers, for a GRU of one layer with biases.

    On a processor PyTorch takes the inputs of each step out of those of all by a slice, and the gradient of a slice is
    as large as all of them, so the time of a training step grows with the square of the length. Here the inputs are
    split once. Where no gradient is wanted, and on a GPU, PyTorch's own is used.

    Args:
        gru: of one layer, in one direction or in both.
        packed: sequences of any lengths.
        state: before the first step; zero if it is not given.

    Returns:
        The states after each step, packed, and the last one of each sequence.
    """
    if not torch.is_grad_enabled() or packed.data.is_cuda:
        return gru(packed, state)
    directions = 2 if gru.bidirectional else 1
    n, order = int(packed.batch_sizes[0]), packed.sorted_indices
    first = packed.data.new_zeros(directions, n, gru.hidden_size) if state is None else state
    first = first if order is None else first.index_select(1, order)
    sizes = packed.batch_sizes.tolist()
    names = (_FORWARD, _BACKWARD)[:directions]
    walks = [_walk(gru, name, packed.data, sizes, start) for name, start in zip(names, first, strict=True)]
    states, last = torch.cat([each for each, _ in walks], -1), torch.stack([end for _, end in walks])
    back = packed.unsorted_indices
    return packed._replace(data=states), last if back is None else last.index_select(1, back)


def _walk(
    gru: nn.GRU, name: str, inputs: Tensor, sizes: Sequence[int], start: Float[Tensor, "n hidden"]
) -> tuple[Tensor, Tensor]:
    """The states after each step in one direction, and the last ones, longest sequence first."""
    weights = [getattr(gru, kind + name) for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    from_inputs = F.linear(inputs, weights[0], weights[2]).split(list(sizes))
    if name == _BACKWARD:
        return _backward(weights, from_inputs, start)
    state, states, ended = start, list[Tensor](), list[Tensor]()
    for gates in from_inputs:
        if len(gates) < len(state):
            ended.append(state[len(gates) :])
            state = state[: len(gates)]
        state = _step(weights, gates, state)
        states.append(state)
    return torch.cat(states), torch.cat([state, *ended[::-1]])


def _backward(weights: Sequence[Tensor], from_inputs: Sequence[Tensor], start: Tensor) -> tuple[Tensor, Tensor]:
    state, states = start[:0], list[Tensor]()
    for gates in from_inputs[::-1]:
        if len(gates) > len(state):
            state = torch.cat([state, start[len(state) : len(gates)]])
        state = _step(weights, gates, state)
        states.append(state)
    return torch.cat(states[::-1]), state


def _step(weights: Sequence[Tensor], gates: Float[Tensor, "n three_hidden"], state: Tensor) -> Tensor:
    """The next state, from what the inputs say of its gates, in the order of PyTorch's own operations."""
    reset_in, update_in, new_in = gates.chunk(3, 1)
    reset, update, new = F.linear(state, weights[1], weights[3]).chunk(3, 1)
    chosen = (new_in + new * (reset + reset_in).sigmoid()).tanh()
    return (state - chosen) * (update + update_in).sigmoid() + chosen
