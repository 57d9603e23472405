"""The linear path of a decoder."""

import torch
from torch import nn

from autoencode.decoders import LinearPathDecoder


def test_both_paths_are_added():
    network = nn.Sequential(nn.Linear(2, 6), nn.Unflatten(1, (1, 2, 3)))
    decoder = LinearPathDecoder(network, 2, (1, 2, 3))
    nn.init.normal_(decoder.weight)
    decoder.mean.uniform_()
    decoder.scale.copy_(torch.tensor([2.0, 3.0]))
    z = torch.randn(5, 2)
    linear = decoder.mean + (z * torch.tensor([2.0, 3.0])) @ decoder.weight.T
    torch.testing.assert_close(decoder(z), network(z) + linear.reshape(5, 1, 2, 3))
