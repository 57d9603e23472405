"""The decoder of long sequences."""

import pytest
import torch

from autoencode.decoders import ConductorDecoder


def by_hand(decoder: ConductorDecoder, z: torch.Tensor, segment: int, length: int) -> torch.Tensor:
    """One place after the other, by the equations of a GRU."""
    gru, layer = decoder.gru, decoder.to_places[0]
    hidden, features = gru.hidden_size, layer.out_features // segment
    state = torch.tanh(z @ decoder.start.weight.T + decoder.start.bias)
    places = []
    for place in range(length):
        if place % segment == 0:
            inputs = z @ gru.weight_ih_l0.T + gru.bias_ih_l0
            states = state @ gru.weight_hh_l0.T + gru.bias_hh_l0
            reset = torch.sigmoid(inputs[:, :hidden] + states[:, :hidden])
            update = torch.sigmoid(inputs[:, hidden : 2 * hidden] + states[:, hidden : 2 * hidden])
            new = torch.tanh(inputs[:, 2 * hidden :] + reset * states[:, 2 * hidden :])
            state = (1 - update) * new + update * state
        rows = slice(place % segment * features, (place % segment + 1) * features)
        places.append(state @ layer.weight[rows].T + layer.bias[rows])
    return torch.stack(places, 1)


@pytest.mark.parametrize(("length", "segment"), [(12, 4), (13, 4), (3, 4), (5, 1)])
def test_it_is_the_loop_written_by_hand(length: int, segment: int) -> None:
    torch.manual_seed(0)
    decoder, z = ConductorDecoder(3, 5, segment, (length, 2)).double(), torch.randn(4, 3).double()
    found = decoder(z)
    assert found.shape == (4, length, 2)
    assert torch.allclose(found, by_hand(decoder, z, segment, length), rtol=1e-10, atol=1e-12)


def test_its_weights_do_not_grow_with_the_length() -> None:
    sizes = [sum(p.numel() for p in ConductorDecoder(3, 5, 4, (length, 2)).parameters()) for length in (8, 80)]
    assert sizes[0] == sizes[1]


def test_every_place_gives_every_weight_and_the_code_a_gradient() -> None:
    torch.manual_seed(0)
    decoder, z = ConductorDecoder(3, 5, 4, (9, 2)), torch.randn(2, 3, requires_grad=True)
    for place in range(9):
        wanted = [z, decoder.start.weight, decoder.gru.weight_ih_l0, decoder.gru.weight_hh_l0]
        assert all(g.abs().sum() > 0 for g in torch.autograd.grad(decoder(z)[:, place].sum(), wanted))


def test_segments_differ() -> None:
    torch.manual_seed(0)
    first, second = ConductorDecoder(3, 5, 4, (8, 2))(torch.randn(2, 3)).split(4, 1)
    assert not torch.allclose(first, second, atol=1e-3)
