import pytest
import torch

from autoencode.errors import ArgumentError, DataError
from autoencode.likelihoods import LogProbKind
from autoencode.likelihoods.tokens import TokenLikelihood


def test_it_takes_the_numbers_of_tokens_alone():
    likelihood = TokenLikelihood((4,), 6)
    x = torch.tensor([[5.0, 2, 0, 0]])
    likelihood.check(x)
    assert likelihood.log_prob_kind(x) is LogProbKind.MASS
    assert likelihood.is_sequential
    assert likelihood.varies_in_work
    assert likelihood.n_tokens == 6
    for wrong in (x + 1, x - 6, x + 0.5):
        with pytest.raises(DataError, match="this model takes text, as the numbers 0 to 5 of tokens"):
            likelihood.check(wrong)
    with pytest.raises(DataError, match="NaN or infinity"):
        likelihood.check(x / 0)


@pytest.mark.parametrize("shape", [(1, 8, 8), (1,)])
def test_it_is_for_rows_of_tokens(shape):
    with pytest.raises(ArgumentError, match="rows of two tokens or more"):
        TokenLikelihood(shape, 6)


def test_a_vocabulary_has_tokens():
    with pytest.raises(ArgumentError, match="n_tokens is 2"):
        TokenLikelihood((4,), 2)


def test_dropout_is_for_training_alone():
    likelihood, features = TokenLikelihood((4,), 6, dropout=0.5), torch.zeros(1, 32)
    x = torch.tensor([[5.0, 2, 0, 0]])
    likelihood.eval()
    assert likelihood(features).log_prob(x) == likelihood(features).log_prob(x)
    likelihood.train()
    assert likelihood(features).log_prob(x) != likelihood(features).log_prob(x)
