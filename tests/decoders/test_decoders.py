import pytest
import torch
from torch import nn

from autoencode.decoders import ConvDecoder, DenseDecoder, DictionaryDecoder, LinearDecoder, ResidualDecoder

SHAPES = [(1, 28, 28), (3, 33, 21), (1, 7, 5), (2, 1, 1), (6, 2, 3)]
DECODERS = {
    "conv": lambda shape: ConvDecoder(2, shape, [8, 6, 4], [2, 2], [5]),
    "conv, one stride": lambda shape: ConvDecoder(2, shape, [8, 6, 4], [1, 2]),
    "conv, stride 3": lambda shape: ConvDecoder(2, shape, [8, 6], [3]),
    "dense": lambda shape: DenseDecoder(2, [9], shape),
    "dictionary": lambda shape: DictionaryDecoder(2, shape),
    "linear": lambda shape: LinearDecoder(2, shape),
    "residual": lambda shape: ResidualDecoder(2, shape, [8, 4]),
}


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("kind", DECODERS)
def test_codes_become_features_of_any_size(kind: str, shape: tuple[int, ...]) -> None:
    assert DECODERS[kind](shape)(torch.randn(5, 2)).shape == (5, *shape)


@pytest.mark.parametrize("kind", DECODERS)
def test_examples_do_not_touch_each_other(kind: str) -> None:
    decoder, z = DECODERS[kind]((1, 8, 8)).double(), torch.randn(5, 2).double()
    alone = torch.cat([decoder(code[None]) for code in z])
    assert torch.allclose(decoder(z), alone, rtol=1e-12)


@pytest.mark.parametrize("kind", DECODERS)
def test_the_last_layer_is_linear(kind: str) -> None:
    features = torch.cat([DECODERS[kind]((1, 8, 8))(torch.randn(50, 2)).flatten() for _ in range(10)])
    assert (features < 0).any()
    assert (features > 0).any()


def test_every_pixel_depends_on_the_code() -> None:
    for kind in DECODERS:
        decoder = DECODERS[kind]((1, 7, 9))
        spread = decoder(torch.randn(50, 2) * 3).std(0)
        assert (spread > 0).all(), kind


def test_the_words_of_a_dictionary_have_length_one_and_add_up() -> None:
    decoder = DictionaryDecoder(5, (2, 3)).double()
    with torch.no_grad():
        decoder.linear.weight.mul_(7.0)
    z = torch.randn(4, 5).double()
    assert torch.allclose(decoder.atoms.norm(dim=0), torch.ones(5).double(), rtol=1e-12)
    wanted = sum(z[:, [j]] * decoder.atoms[:, j] for j in range(5)) + decoder.linear.bias
    assert torch.allclose(decoder(z).flatten(1), wanted, rtol=1e-12)


def test_an_encoder_is_taught_to_look_for_the_words() -> None:
    decoder, layer = DictionaryDecoder(4, (9,)).double(), nn.Linear(9, 4).double()
    decoder.init_encoder(layer, gain=0.5)
    assert torch.allclose(layer(decoder.atoms.T).diagonal(), torch.full((4,), 0.5).double())
