"""A GRU on packed sequences, against PyTorch's own."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from autoencode.nn.packed_gru import packed_gru


@pytest.mark.parametrize("given", [False, True], ids=["from zero", "from a state"])
@pytest.mark.parametrize("lengths", [[3, 5, 1, 5], [4], [2, 2]], ids=str)
@pytest.mark.parametrize("both", [False, True], ids=["forward", "both directions"])
def test_states_and_gradients_are_pytorch_s(both: bool, lengths: list[int], given: bool) -> None:
    """To the last bit, so that no model changes."""
    torch.manual_seed(0)
    gru, n = nn.GRU(3, 4, batch_first=True, bidirectional=both).float(), len(lengths)
    x = torch.randn(n, 5, 3, dtype=torch.float32).requires_grad_()
    state = torch.randn(2 if both else 1, n, 4, dtype=torch.float32).requires_grad_()
    wanted = [x, *gru.parameters(), *([state] if given else [])]
    found = list[list[torch.Tensor]]()
    for run in (gru, lambda packed, start: packed_gru(gru, packed, start)):
        packed = pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
        states, last = run(packed, state if given else None)
        grads = torch.autograd.grad(states.data.cos().sum() + (last**2).sum(), wanted)
        found.append([states.data, last, *grads])
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(*found, strict=True))


def test_without_gradients_it_is_pytorch_s_own() -> None:
    gru = nn.GRU(3, 4, batch_first=True)
    packed = pack_padded_sequence(torch.randn(2, 5, 3), torch.tensor([5, 2]), batch_first=True)
    with torch.no_grad():
        assert torch.equal(packed_gru(gru, packed)[0].data, gru(packed)[0].data)
