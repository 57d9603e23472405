import itertools
import math

import pytest
import torch

from autoencode.evaluation.ngrams import NGrams


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_probabilities_of_the_next_token_add_up_to_one(order):
    torch.manual_seed(0)
    tokens = torch.randint(0, 5, (60, 8))
    model = NGrams(tokens, order, 5)
    for before in itertools.islice(itertools.product(range(-1, 5), repeat=order - 1), 40):
        assert math.fsum(model.probability(before, token) for token in range(5)) == pytest.approx(1, abs=1e-12)


def test_a_bigram_by_hand():
    # rows "2", "2 3", "2 3", "3": after the start 2 three times and 3 once
    tokens = torch.tensor([[2, 0, 0], [2, 3, 0], [2, 3, 0], [3, 0, 0]])
    model = NGrams(tokens, 2, 4)
    # bigrams: (·,2) 3, (·,3) 1, (2,0) 1, (2,3) 2, (3,0) 3: once 2, twice 1, so that d = 2 / (2 + 2) = 1/2
    # different tokens before: 2 after 1, 3 after 2, 0 after 2; once 1, twice 2, so that d = 1 / (1 + 4) = 1/5
    lower = (2 - 0.2) / 5 + 0.2 * 3 / 5 * 1 / 4
    expected = (1 - 0.5) / 3 + 0.5 * 2 / 3 * lower
    assert model.probability((2,), 0) == pytest.approx(expected, rel=1e-12)


def test_nats_are_summed_up_to_the_end_and_padding_changes_nothing():
    torch.manual_seed(0)
    tokens = torch.randint(1, 5, (40, 6))
    tokens[torch.arange(6) >= torch.randint(1, 6, (40, 1))] = 0
    model = NGrams(tokens, 3, 5)
    row = tokens[0]
    n = int((row != 0).sum()) + 1
    grams = [-1, -1, *row.tolist()][: n + 2]
    by_hand = -sum(math.log(model.probability(tuple(grams[i : i + 2]), grams[i + 2])) for i in range(n))
    assert model.nats(tokens[:1]) == [pytest.approx(by_hand, rel=1e-12)]
    longer = NGrams(torch.nn.functional.pad(tokens, (0, 3)), 3, 5)
    assert longer.nats(torch.nn.functional.pad(tokens, (0, 3))) == pytest.approx(model.nats(tokens))


def test_looking_back_helps_where_tokens_follow_a_rule():
    tokens = torch.tensor([[1, 2, 3, 1, 2, 3, 0], [2, 3, 1, 2, 3, 1, 0], [3, 1, 2, 3, 1, 2, 0]] * 20)
    one, two = (math.fsum(NGrams(tokens, order, 4).nats(tokens)) for order in (1, 2))
    assert two < one / 2
