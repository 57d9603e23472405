"""Chords by counting."""

import math

import torch

from autoencode.evaluation.key_chains import KeyChains


def test_keys_that_go_on_are_likely_to_go_on():
    torch.manual_seed(0)
    held = (torch.rand(50, 1, 4) < 0.5).float().expand(-1, 8, -1)
    chains = KeyChains(held)
    assert chains.nats(held).mean() < 4 * math.log(2) + 0.5
    assert chains.nats(1 - held.roll(1, 1)).mean() < 4 * math.log(2) + 0.5
    changing = (torch.rand(50, 8, 4) < 0.5).float()
    assert chains.nats(changing).mean() > 40


def test_padding_is_not_counted():
    x = torch.tensor([[[1.0], [1.0], [-1.0]], [[0.0], [0.0], [0.0]]])
    nats = KeyChains(x).nats(x)
    assert torch.allclose(nats[0], torch.tensor([-math.log(0.5 * 0.75)]))
    assert torch.allclose(nats[1], torch.tensor([-math.log(0.5 * (2.5 / 3) ** 2)]))
