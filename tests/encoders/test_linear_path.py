"""The linear path of an encoder."""

import torch
from torch import nn

from autoencode.encoders import LinearPathEncoder


def test_linear_codes_come_after_the_features():
    network = nn.Sequential(nn.Flatten(), nn.Linear(6, 4))
    encoder = LinearPathEncoder(network, 4, (1, 2, 3), 2).eval()
    nn.init.normal_(encoder.weight)
    encoder.mean.uniform_()
    encoder.scale.copy_(torch.tensor([2.0, 3.0]))
    x = torch.rand(5, 1, 2, 3)
    expected = (x.flatten(1) - encoder.mean) @ encoder.weight.T * torch.tensor([2.0, 3.0])
    torch.testing.assert_close(encoder(x), torch.cat([network(x), expected], 1))
    assert encoder.out_features == 6


def test_dropout_spares_the_linear_codes():
    encoder = LinearPathEncoder(nn.Flatten(), 100, (1, 10, 10), 2, dropout=0.5).train()
    nn.init.ones_(encoder.weight)
    out = encoder(torch.ones(1, 1, 10, 10))
    assert 20 < (out[:, :100] == 0).sum() < 80
    torch.testing.assert_close(out[:, 100:], torch.full((1, 2), 10.0))
