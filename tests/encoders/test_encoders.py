import pytest
import torch
from torch import nn

from autoencode.encoders import ConvEncoder, DenseEncoder, ResidualEncoder

SHAPES = [(1, 28, 28), (3, 33, 21), (1, 7, 5), (2, 1, 1)]
ENCODERS = {
    "conv": lambda shape: ConvEncoder(shape, [4, 8], [1, 2], [6]),
    "dense": lambda shape: DenseEncoder(shape, [9, 6]),
    "residual": lambda shape: ResidualEncoder(shape, [4, 8], 6),
}


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("kind", ENCODERS)
def test_any_size_becomes_features(kind: str, shape: tuple[int, ...]) -> None:
    encoder = ENCODERS[kind](shape)
    assert encoder.out_features == 6
    assert encoder(torch.rand(5, *shape)).shape == (5, 6)


@pytest.mark.parametrize("kind", ENCODERS)
def test_examples_do_not_touch_each_other(kind: str) -> None:
    encoder, x = ENCODERS[kind]((1, 8, 8)).double(), torch.rand(5, 1, 8, 8).double()
    alone = torch.cat([encoder(example[None]) for example in x])
    assert torch.allclose(encoder(x), alone, rtol=1e-12)


def test_a_dense_encoder_takes_vectors() -> None:
    assert DenseEncoder((17,), [6])(torch.zeros(5, 17)).shape == (5, 6)


def test_dropout_is_in_every_level_and_only_in_training() -> None:
    encoder = ConvEncoder((1, 8, 8), [16, 16], [1, 2], [6], dropout=0.5)
    assert sum(isinstance(layer, nn.Dropout2d) for layer in encoder.modules()) == 2
    x = torch.rand(1, 1, 8, 8)
    assert not torch.equal(encoder(x), encoder(x))
    encoder.eval()
    assert torch.equal(encoder(x), encoder(x))
