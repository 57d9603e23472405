"""Sequences of latents, each given the one before."""

import itertools
import math

import pytest
import torch
from torch import nn

from autoencode.distributions import kl
from autoencode.distributions.markov_chain import MarkovChain, StepNormal, StructuredChain, kl_steps, steps_of
from autoencode.priors.markov import MarkovPrior

STAY = 0.8
"""How far the mean of a step lies on the side of the one before."""
LOGITS = torch.tensor([[1.5, -0.5], [-1.0, 0.7]])
"""Of two keys, where the latent is above 0 and where it is not."""


class Sides(nn.Module):
    """Latents whose sign is a Markov chain of two states: it stays with probability Φ(0.8)."""

    def first(self) -> StepNormal:
        return StepNormal(torch.zeros(1), torch.ones(1))

    def following(self, before: torch.Tensor) -> StepNormal:
        return StepNormal(STAY * torch.sign(before), torch.ones_like(before))


def log_likelihood(x: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
    """log p(x|z) of keys that depend on the sign of their step alone."""
    logits = torch.where(z > 0, LOGITS[0], LOGITS[1])
    return -nn.functional.binary_cross_entropy_with_logits(logits, x.expand_as(logits), reduction="none").sum((-1, -2))


def exact(x: torch.Tensor) -> float:
    """log p(x) by adding up all paths of the two states."""
    stay, total = 0.5 * (1 + math.erf(STAY / math.sqrt(2))), 0.0
    for path in itertools.product((0, 1), repeat=len(x)):
        p = 0.5 * math.prod(stay if a == b else 1 - stay for a, b in itertools.pairwise(path))
        signs = torch.tensor([1.0 if state == 0 else -1.0 for state in path])[:, None]
        total += p * math.exp(log_likelihood(x, signs).item())
    return math.log(total)


def posterior(x: torch.Tensor) -> StructuredChain:
    """One that knows the keys and the step before, though not well."""

    def combine(before: torch.Tensor, seen: torch.Tensor) -> StepNormal:
        loc = 0.6 * torch.sign(before) + seen.sum(-1, keepdim=True) - 0.8
        return StepNormal(loc, torch.full_like(loc, 1.1))

    return StructuredChain(combine, x[None], torch.tensor([len(x)]), 1, torch.zeros(1))


def test_the_bound_of_a_hidden_markov_model_against_all_its_paths():
    x = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]])
    q, p = posterior(x), MarkovChain(Sides(), torch.tensor([0.0, 0, 0, 1]), 1)
    z = q.sample((20_000,))
    weights = log_likelihood(x, z[:, 0]) + p.log_prob(z)[:, 0] - q.log_prob(z)[:, 0]
    ratio = (weights - exact(x)).exp()
    assert abs(ratio.mean().item() - 1) < 5 * ratio.std().item() / math.sqrt(len(ratio))
    terms = log_likelihood(x, z[:, 0]) - kl_steps(q, p, z)[:, 0].sum(-1)
    error = 5 * terms.std().item() / math.sqrt(len(terms))
    assert terms.mean().item() < exact(x) + error
    assert abs(terms.mean().item() - weights.mean().item()) < 2 * error


@pytest.fixture
def chain():
    torch.manual_seed(0)
    return MarkovPrior(5, 2, hidden=6)


def test_steps_past_the_end_count_for_nothing(chain):
    torch.manual_seed(0)
    features = torch.randn(3, 5, 4, requires_grad=True)
    weights = torch.randn(6, 4)

    def combine(before, seen):
        loc, log_scale = (torch.cat([before, seen.expand(*before.shape[:-1], -1)], -1) @ weights).tanh().chunk(2, -1)
        return StepNormal(loc, log_scale.exp())

    def terms(seen, longest):
        q = StructuredChain(combine, seen, torch.tensor([2, 3, 1]), 2, torch.zeros(2))
        torch.manual_seed(1)
        z = q.rsample((2,))
        p = MarkovChain(chain, torch.ones(longest), 2)
        return kl(q, p, z), q.log_prob(z) - p.log_prob(z), z

    long, short = terms(features, 5), terms(features[:, :3], 3)
    for a, b in zip(long[:2], short[:2], strict=True):
        assert torch.allclose(a, b)
    assert torch.equal(long[2][:, :, :3], short[2])
    assert not steps_of(long[2])[:, 0, 2:].any()
    other = features.detach().clone()
    other[0, 2:], other[2, 1:] = 9, -9
    assert torch.equal(terms(other, 5)[0], long[0])
    long[0].sum().backward()
    assert not features.grad[0, 2:].any()


def test_the_kl_is_the_mean_of_the_difference_of_logs(chain):
    torch.manual_seed(0)
    features = torch.randn(1, 5, 2)
    q = StructuredChain(
        lambda before, seen: StepNormal(0.5 * before + seen, 0.7 * torch.ones_like(before)),
        features,
        torch.tensor([4]),
        2,
        torch.zeros(2),
    )
    p = chain()
    z = q.sample((20_000,))
    with torch.no_grad():
        difference = q.log_prob(z) - p.log_prob(z) - kl_steps(q, p, z).sum(-1)
    assert abs(difference.mean().item()) < 5 * difference.std().item() / math.sqrt(len(z))


def test_draws_are_as_long_as_the_pieces_that_were_counted(chain):
    chain.count_lengths(torch.tensor([2, 2, 4]))
    counts = steps_of(chain().sample((300,))).sum(-1)
    assert set(counts.tolist()) == {2, 4}
    assert 150 < (counts == 2).sum() < 250


def test_cooler_draws_are_nearer_to_the_mean(chain):
    torch.manual_seed(0)
    p = chain()
    cool, warm = (p.tempered(t).sample((200,)).std().item() for t in (0.2, 1.0))
    assert cool < 0.5 * warm
    assert torch.equal(p.tempered(0.0).sample((2,))[0], p.mean)
