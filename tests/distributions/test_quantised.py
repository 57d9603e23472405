import itertools
import math

import pytest
import torch
from torch.distributions import Categorical

from autoencode.distributions import Codewords, Quantised, kl
from autoencode.distributions.quantised import codeword_counts, perplexity, require_quantised
from autoencode.errors import CapabilityError
from autoencode.posteriors import DiagonalNormalPosterior
from support.statistics import assert_frequencies

pytestmark = pytest.mark.usefixtures("double")

WORDS = torch.tensor([[0.0, 1.0], [2.0, -1.0], [5.0, 5.0]])


def look_up(indices: torch.Tensor) -> torch.Tensor:
    """Codes (…, 2, positions) of one stage."""
    return WORDS[indices.squeeze(-2)].mT


def find(z: torch.Tensor) -> torch.Tensor:
    """The indices of codes."""
    return (z.mT.unsqueeze(-2) - WORDS).square().sum(-1).argmin(-1).unsqueeze(-2)


def quantised(batch: int = 5, positions: int = 4) -> Quantised:
    """A mass on some of the words."""
    indices = torch.randint(3, (batch, 1, positions))
    before = (look_up(indices) + 0.1 * torch.randn(batch, 2, positions)).requires_grad_()
    return Quantised(look_up(indices)[None], before, indices, 3)


def prior(positions: int = 4) -> Codewords:
    """Some frequencies, other ones at each position."""
    return Codewords(torch.randn(1, positions, 3), (2, positions), look_up, find)


def test_draws_and_mean_are_the_codewords() -> None:
    q = quantised()
    assert (q.batch_shape, q.event_shape) == ((5,), (2, 4))
    for value in (q.mean, *q.rsample((3,)), *q.sample((3,))):
        assert torch.equal(value, look_up(q.indices))
    assert not q.sample().requires_grad
    assert (q.variance == 0).all()


def test_straight_through_the_gradient_is_the_identity() -> None:
    q, weights = quantised(), torch.randn(3, 5, 2, 4)
    (weights * q.rsample((3,))).sum().backward()
    assert torch.allclose(q.unquantised.grad, weights.sum(0), rtol=1e-12)


def test_it_is_a_mass_on_its_own_code() -> None:
    q = quantised()
    assert (q.log_prob(q.rsample((3,))) == 0).all()
    other = q.sample().clone()
    other[1, 0, 2] += 1
    assert q.log_prob(other).tolist() == [0, -math.inf, 0, 0, 0]
    assert (q.entropy() == 0).all()


def test_the_kl_to_evenly_likely_codewords_is_positions_times_log_k() -> None:
    q = quantised()
    p = Codewords(torch.zeros(1, 4, 3), (2, 4), look_up, find)
    assert torch.allclose(kl(q, p, q.sample((1,))), torch.tensor(4 * math.log(3)), rtol=1e-14)


def test_the_kl_is_what_draws_say() -> None:
    q, p = quantised(), prior()
    z = q.sample((2,))
    assert torch.allclose(kl(q, p, z), (q.log_prob(z) - p.log_prob(z)).mean(0), rtol=1e-12)


def test_the_kl_reads_the_frequencies_of_stage_and_position() -> None:
    logits, indices = torch.randn(2, 3, 5), torch.randint(5, (7, 2, 3))
    q = Quantised(torch.zeros(2, 7, 1, 3), torch.zeros(7, 1, 3), indices, 5)
    logs = logits.log_softmax(-1)
    by_hand = [-sum(logs[s, i, row[s, i]] for s in range(2) for i in range(3)) for row in indices]
    assert torch.allclose(kl(q, Codewords(logits, (1, 3), look_up, find), q.sample((1,))), torch.stack(by_hand))


def test_the_masses_of_all_codes_sum_to_one() -> None:
    codes = look_up(torch.tensor(list(itertools.product(range(3), repeat=4)))[:, None])
    assert prior().log_prob(codes).exp().sum().item() == pytest.approx(1, rel=1e-12)


def test_draws_have_the_frequencies_of_their_position() -> None:
    p = prior(2)
    drawn = find(p.sample((20_000,)))[:, 0]
    for position in range(2):
        expected = Categorical(logits=p.indices.logits[0, position]).probs
        assert_frequencies(drawn[:, position].bincount(minlength=3), expected)


def test_the_distance_is_summed_over_stages_positions_and_numbers() -> None:
    sums, before = torch.randn(2, 5, 3, 4), torch.randn(5, 3, 4, requires_grad=True)
    q = Quantised(sums.requires_grad_(), before, torch.zeros(5, 2, 4, dtype=torch.int64), 8)
    expected = sum((before - one).square().sum((1, 2)) for one in sums)
    assert torch.allclose(q.distance, expected, rtol=1e-12)
    q.distance.sum().backward()
    assert torch.allclose(before.grad, 2 * (2 * before - sums.sum(0)).detach(), rtol=1e-12)
    assert sums.grad is None


def test_codewords_are_counted_by_stage() -> None:
    indices = torch.tensor([[[0, 0, 2], [1, 1, 1]], [[0, 1, 2], [1, 1, 0]]])
    assert codeword_counts(indices, 4).tolist() == [[3, 1, 2, 0], [1, 5, 0, 0]]


def test_perplexity_is_the_exponential_of_the_entropy() -> None:
    counts = torch.tensor([[4, 4, 4, 4], [9, 0, 0, 0], [1, 2, 3, 4]])
    found = perplexity(counts)
    assert torch.allclose(found, Categorical(counts.double()).entropy().exp(), rtol=1e-6)
    assert found[:2].tolist() == pytest.approx([4, 1])


def test_other_codes_are_refused() -> None:
    with pytest.raises(CapabilityError, match="a posterior of codewords, not a Independent"):
        require_quantised(DiagonalNormalPosterior(3, 2)(torch.zeros(1, 3)))
