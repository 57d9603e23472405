import pytest
import torch

from autoencode.encoders.tokens import TokenEncoder

pytestmark = pytest.mark.usefixtures("double")


def made(length):
    torch.manual_seed(0)
    return TokenEncoder((length,), 9, embedding=4, hidden=5)


def test_padding_and_the_other_rows_change_nothing():
    x = torch.tensor([[3.0, 5, 0, 0, 0], [8, 2, 7, 4, 0], [0, 0, 0, 0, 0]])
    together = made(5)(x)
    alone = torch.cat([made(5)(row[None]) for row in x])
    longer = made(9)(torch.nn.functional.pad(x, (0, 4)))
    assert together.shape == (3, 10)
    assert torch.allclose(together, alone, rtol=1e-12)
    assert torch.allclose(together, longer, rtol=1e-12)


def test_it_reads_all_words_in_their_order():
    rows = torch.tensor([[3.0, 5, 7, 0], [7, 5, 3, 0], [3, 5, 8, 0], [4, 5, 7, 0]])
    features = made(4)(rows)
    assert torch.cdist(features, features).fill_diagonal_(1).min() > 1e-3


def test_dropout_is_for_training_alone():
    encoder, x = TokenEncoder((4,), 9, embedding=4, hidden=5, dropout=0.5), torch.tensor([[3.0, 5, 7, 0]])
    assert not torch.equal(encoder(x), encoder(x))
    assert torch.equal(encoder.eval()(x), encoder(x))
