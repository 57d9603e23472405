"""Sequences of tokens: probabilities by enumeration, padding, and how tokens are drawn."""

import itertools

import pytest
import torch

from autoencode.distributions.token_sequences import (
    END,
    UNKNOWN,
    TokenChoice,
    TokenSequences,
    token_counts,
    tokens_back,
)
from autoencode.errors import ArgumentError
from autoencode.likelihoods.tokens import TokenLikelihood

pytestmark = pytest.mark.usefixtures("double")


def made(length=4, n_tokens=3, **options):
    torch.manual_seed(0)
    likelihood = TokenLikelihood((length,), n_tokens, features=3, embedding=4, hidden=5, **options)
    for parameter in likelihood.parameters():
        torch.nn.init.normal_(parameter, std=0.7)
    return likelihood.eval()


def all_rows(length, n_tokens):
    """Every row that the language has: tokens, the end, padding."""
    rows = []
    for n in range(length):
        for tokens in itertools.product(range(1, n_tokens), repeat=n):
            rows.append([*tokens, *[END] * (length - n)])
    return torch.tensor(rows, dtype=torch.float64)


def test_probabilities_of_all_rows_add_up_to_one_and_are_the_frequencies_of_draws():
    likelihood, features = made(), torch.randn(1, 3)
    x = all_rows(4, 3)
    with torch.no_grad():
        probabilities = likelihood(features).log_prob(x).exp()
        draws = likelihood(features).sample((20_000,))[:, 0]
    assert len(x) == 1 + 2 + 4 + 8
    assert probabilities.sum().item() == pytest.approx(1, abs=1e-12)
    counts = (draws[:, None] == x).all(-1).sum(0)
    assert counts.sum() == len(draws)
    expected = len(draws) * probabilities
    z = (counts - expected) / (expected * (1 - probabilities)).sqrt()
    assert z.abs().max() < 5
    assert z.square().mean().item() == pytest.approx(1, abs=5 * (2 / len(z)) ** 0.5)


def test_a_probability_is_the_product_of_its_tokens_step_by_step():
    likelihood, features = made(6, 7), torch.randn(2, 3)
    x = torch.tensor([[3.0, 5, 2, 0, 0, 0], [4, 0, 0, 0, 0, 0]])
    network = likelihood.network
    for row, feature, found in zip(x.long(), features, likelihood(features).log_prob(x), strict=True):
        state, last, total = network.start(feature[None]), torch.tensor([END]), 0.0
        for token in row.tolist():
            read, state = network.read(network.embed(last, feature[None])[:, None], state)
            total = total + network.logits(read[:, 0], feature[None]).log_softmax(-1)[0, token]
            last = torch.tensor([token])
            if token == END:
                break
        assert found.item() == pytest.approx(total.item(), rel=1e-12)


def test_padding_changes_no_loss_and_no_gradient():
    short, features = torch.tensor([[3.0, 2, 0, 0], [4, 0, 0, 0]]), torch.randn(2, 3, requires_grad=True)
    found = []
    for length in (4, 9):
        likelihood = made(length, 6)
        x = torch.nn.functional.pad(short, (0, length - 4))
        log_prob = likelihood(features).log_prob(x)
        (gradient,) = torch.autograd.grad(log_prob.sum(), features)
        weights = torch.autograd.grad(likelihood(features).log_prob(x).sum(), list(likelihood.parameters()))
        found.append([log_prob, gradient, *weights])
    assert all(torch.allclose(a, b, rtol=1e-12, atol=1e-14) for a, b in zip(*found, strict=True))


def test_what_stands_behind_the_end_is_never_read():
    likelihood, features = made(6, 7), torch.randn(1, 3)
    one = likelihood(features).log_prob(torch.tensor([[3.0, 0, 0, 0, 0, 0]]))
    assert torch.equal(one, likelihood(features).log_prob(torch.tensor([[3.0, 0, 5, 6, 1, 2]])))


def test_a_row_that_is_full_ends_for_certain():
    likelihood, features = made(3, 4), torch.randn(1, 3)
    full = likelihood(features).log_prob(torch.tensor([[2.0, 3, 0]])).exp()
    longer = made(4, 4)(features).log_prob(torch.tensor([[[2.0, 3, token, 0]] for token in range(4)])).exp().sum()
    assert full.item() == pytest.approx(longer.item(), rel=1e-12)


def test_rows_do_not_touch_each_other_and_axes_in_front_become_the_batch():
    likelihood, features = made(5, 6), torch.randn(4, 3, 3)
    x = torch.tensor([[3.0, 5, 2, 0, 0], [0, 0, 0, 0, 0], [4, 2, 0, 0, 0]])
    together = likelihood(features).log_prob(x)
    assert together.shape == (4, 3)
    alone = torch.stack(
        [torch.stack([likelihood(f).log_prob(row) for f, row in zip(fs, x, strict=True)]) for fs in features]
    )
    assert torch.allclose(together, alone, rtol=1e-12)
    with torch.no_grad():
        assert torch.allclose(likelihood(features).log_prob(x), together, rtol=1e-12)
    assert likelihood(features).sample((2,)).shape == (2, 4, 3, 5)
    assert likelihood(features).mean.shape == (4, 3, 5)
    assert likelihood(features).expand((2, 4, 3)).batch_shape == (2, 4, 3)


def test_the_mean_is_the_likeliest_token_each_time():
    likelihood, features = made(5, 6), torch.randn(3, 3)
    network = likelihood.network
    for row, feature in zip(likelihood(features).mean.long(), features, strict=True):
        before = torch.cat([torch.tensor([END]), row[:-1]])
        inputs = network.embed(before, feature.expand(5, -1))[None]
        states = network.read(inputs, network.start(feature[None]))[0][0]
        likeliest = network.logits(states, feature.expand(5, -1)).argmax(-1)
        n = min(int(token_counts(row)), 4)
        assert torch.equal(likeliest[:n], row[:n])


def test_word_dropout_hides_what_is_read_and_not_what_is_asked_about():
    likelihood, features = made(5, 6, word_dropout=0.5), torch.randn(1, 3)
    x = torch.tensor([[3.0, 5, 2, 0, 0]])
    whole = likelihood(features).log_prob(x)
    assert torch.equal(whole, likelihood(features).log_prob(x))  # not in evaluation
    likelihood.train()
    seen = {round(likelihood(features).log_prob(x).item(), 9) for _ in range(200)}
    read = torch.tensor([[a, b, c] for a in (3, UNKNOWN) for b in (5, UNKNOWN) for c in (2, UNKNOWN)])
    network, expected = likelihood.network, set()
    for before in read:
        inputs = torch.cat([torch.tensor([END]), before])
        states = network.read(network.embed(inputs, features.expand(4, -1))[None], network.start(features))[0][0]
        logs = network.logits(states, features.expand(4, -1)).log_softmax(-1)
        expected.add(round(logs[torch.arange(4), torch.tensor([3, 5, 2, END])].sum().item(), 9))
    assert seen == expected


LOGITS = torch.tensor([[0.5, 0.1, 0.3, 0.1]], dtype=torch.float64).log()


def shares(choice, logits=LOGITS, n=4000):
    torch.manual_seed(0)
    return torch.bincount(choice(logits.expand(n, -1)), minlength=logits.shape[1]) / n


def test_tokens_are_drawn_from_their_probabilities_and_as_the_options_say():
    tolerance = 5 * (0.25 / 4000) ** 0.5
    assert torch.allclose(shares(TokenChoice()), LOGITS.exp()[0], atol=tolerance)
    assert torch.allclose(shares(TokenChoice(top_k=2)), torch.tensor([5, 0, 3, 0.0]) / 8, atol=tolerance)
    assert torch.allclose(shares(TokenChoice(nucleus=0.7)), torch.tensor([5, 0, 3, 0.0]) / 8, atol=tolerance)
    assert torch.allclose(shares(TokenChoice(known_only=True)), torch.tensor([5, 0, 3, 1.0]) / 9, atol=tolerance)
    squared = LOGITS.exp()[0].square()
    assert torch.allclose(shares(TokenChoice(temperature=0.5)), squared / squared.sum(), atol=tolerance)
    assert shares(TokenChoice(temperature=0.0)).tolist() == [1, 0, 0, 0]
    assert shares(TokenChoice(nucleus=0.01)).tolist() == [1, 0, 0, 0]
    assert torch.allclose(shares(TokenChoice(top_k=9)), LOGITS.exp()[0], atol=tolerance)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperature": -1.0}, "--temperature must be 0 or more, not -1"),
        ({"temperature": float("inf")}, "--temperature must be 0 or more"),
        ({"top_k": 0}, "--top-k takes how many tokens"),
        ({"nucleus": 0.0}, "--nucleus takes a probability above 0 and up to 1, not 0"),
    ],
)
def test_options_without_a_meaning_are_errors(options, message):
    with pytest.raises(ArgumentError, match=message):
        TokenChoice(**options)


def test_tokens_that_come_back_are_counted_with_the_end_and_without_padding():
    wanted = torch.tensor([[5, 3, 0, 0], [5, 3, 0, 0], [5, 3, 0, 0], [0, 0, 0, 0]])
    found = torch.tensor([[5, 3, 0, 0], [5, 0, 0, 0], [5, 3, 4, 0], [0, 7, 0, 0]])
    assert tokens_back(found, wanted).tolist() == pytest.approx([1, 1 / 3, 2 / 3, 1])
    assert token_counts(wanted).tolist() == [3, 3, 3, 1]


def test_a_draw_is_in_the_support_and_in_the_type_of_the_features():
    p = made(5, 6)(torch.randn(7, 3))
    assert isinstance(p, TokenSequences)
    assert p.support.check(p.sample()).all()
    assert p.sample().dtype == torch.float64
    assert (p.sample((50,))[..., -1] == END).all()


@pytest.mark.parametrize("temperature", [1e-7, 1e-37, 1e-40, 1e-300])
def test_nearly_no_temperature_takes_the_likeliest(temperature):
    logits = torch.tensor([[3.0, 200.0, -1e3, 199.0], [-50.0, -40.0, -1e9, -60.0]], dtype=torch.float32)
    assert TokenChoice(temperature)(logits).tolist() == [1, 1]
