import itertools

import pytest
import torch
from torch.distributions import Bernoulli, Independent, OneHotCategorical, kl_divergence

from autoencode.distributions import OneHotCode, RelaxedBernoulliCode, kl, kl_groups, kl_per_dimension
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.posteriors import AnnealedTemperature, BernoulliPosterior, CategoricalPosterior
from autoencode.priors import BernoulliPrior, CategoricalPrior
from support.statistics import assert_frequencies, assert_uniform

pytestmark = pytest.mark.usefixtures("double")
HEAT = torch.tensor(0.6, dtype=torch.float64)


def bits(hard: bool = False) -> Independent:
    return Independent(RelaxedBernoulliCode(torch.tensor([[0.0, -2.0, 1.0]]), HEAT, hard=hard), 1)


def classes(hard: bool = False) -> OneHotCode:
    return OneHotCode(torch.randn(1, 2, 3), HEAT, hard=hard)


def all_bits() -> torch.Tensor:
    return torch.tensor(list(itertools.product([0.0, 1.0], repeat=3)))[:, None]


def all_classes() -> torch.Tensor:
    pairs = itertools.product(range(3), repeat=2)
    return torch.stack([torch.cat([torch.eye(3)[i], torch.eye(3)[j]]) for i, j in pairs])[:, None]


def test_masses_sum_to_one() -> None:
    assert torch.allclose(bits().log_prob(all_bits()).exp().sum(0), torch.ones(1))
    assert torch.allclose(classes().log_prob(all_classes()).exp().sum(0), torch.ones(1))


@pytest.mark.parametrize("draw", ["sample", "rsample"])
def test_hard_draws_have_their_masses(draw: str) -> None:
    for q, space in ((bits(hard=True), all_bits()), (classes(hard=True), all_classes())):
        z = getattr(q, draw)((20_000,))
        counts = torch.stack([(z == one).all(-1).sum() for one in space])
        assert counts.sum() == 20_000
        assert_frequencies(counts, q.log_prob(space)[:, 0].exp())


def test_rounded_relaxed_draws_have_the_masses_of_the_discrete_ones() -> None:
    """Whatever the temperature: Maddison et al. 2017, proposition 1b."""
    q = bits()
    z = (q.rsample((20_000,)) > 0.5).double()
    counts = torch.stack([(z == one).all(-1).sum() for one in all_bits()])
    assert_frequencies(counts, q.log_prob(all_bits())[:, 0].exp())
    p = classes()
    largest = p.rsample((20_000,)).unflatten(-1, (2, 3)).argmax(-1)
    z = torch.nn.functional.one_hot(largest, 3).flatten(-2).double()
    counts = torch.stack([(z == one).all(-1).sum() for one in all_classes()])
    assert_frequencies(counts, p.log_prob(all_classes())[:, 0].exp())


def test_relaxed_bits_follow_the_binary_concrete_distribution() -> None:
    """P(z ≤ x) = sigmoid(temperature · logit(x) − logits)."""
    z = RelaxedBernoulliCode(torch.tensor(0.8), HEAT).rsample((5_000,))
    assert_uniform(torch.sigmoid(HEAT * torch.logit(z) - 0.8))


def test_relaxed_classes_follow_the_concrete_distribution() -> None:
    """For two classes, the first share is binary Concrete with the difference of the logits."""
    z = OneHotCode(torch.tensor([[0.8, -0.3]]), HEAT).rsample((5_000,))
    assert torch.allclose(z.sum(-1), torch.ones(5_000))
    assert_uniform(torch.sigmoid(HEAT * torch.logit(z[:, 0]) - 1.1))


def test_relaxed_draws_have_no_mass() -> None:
    for q in (bits(), classes()):
        with pytest.raises(CapabilityError, match=r"sample\(\).*straight_through"):
            q.log_prob(q.rsample((2,)))
    with pytest.raises(CapabilityError, match="temperature"):
        CategoricalPrior(2, 3)().rsample()


def test_divergences_are_those_of_the_discrete_ones() -> None:
    q, p = bits(), BernoulliPrior(3, 0.3)()
    plain = kl_divergence(Bernoulli(logits=torch.tensor([0.0, -2.0, 1.0])), Bernoulli(torch.full((3,), 0.3)))
    assert torch.allclose(kl_per_dimension(q, p)[0], plain, rtol=1e-12)
    by_hand = (q.log_prob(all_bits()).exp() * (q.log_prob(all_bits()) - p.log_prob(all_bits()))).sum(0)
    assert torch.allclose(kl(q, p, q.rsample((1,))), by_hand, rtol=1e-12)
    q, p = classes(), CategoricalPrior(2, 3)()
    plain = kl_divergence(OneHotCategorical(logits=q.logits), OneHotCategorical(torch.full((1, 2, 3), 1 / 3)))
    assert torch.allclose(kl_per_dimension(q, p), plain, rtol=1e-12)
    assert torch.allclose(kl_groups(q, p, q.rsample((1,))), plain, rtol=1e-12)
    by_hand = (q.log_prob(all_classes()).exp() * (q.log_prob(all_classes()) - p.log_prob(all_classes()))).sum(0)
    assert torch.allclose(kl(q, p, q.rsample((1,))), by_hand, rtol=1e-12)


def test_means_and_entropies() -> None:
    for q, space in ((bits(), all_bits()), (classes(), all_classes())):
        masses = q.log_prob(space).exp()
        assert torch.allclose(q.mean, (masses[..., None] * space).sum(0))
        assert torch.allclose(q.entropy(), -(masses * masses.log()).sum(0))
        assert torch.allclose(q.variance, q.mean * (1 - q.mean))


@pytest.mark.parametrize("logit", [-200.0, 200.0])
def test_saturated_bits_are_finite_in_float32(logit: float) -> None:
    logits = torch.full((1, 3), logit, dtype=torch.float32, requires_grad=True)
    q = Independent(RelaxedBernoulliCode(logits, HEAT.float()), 1)
    loss = kl(q, BernoulliPrior(3).float()(), q.rsample((1,))).sum() + q.rsample((100,)).sum()
    assert loss.isfinite()
    assert torch.autograd.grad(loss, logits)[0].isfinite().all()


@pytest.mark.parametrize("straight_through", [False, True])
def test_training_is_relaxed_and_evaluation_is_not(straight_through: bool) -> None:
    for posterior in (
        BernoulliPosterior(4, 6, straight_through=straight_through),
        CategoricalPosterior(4, 2, 3, straight_through=straight_through),
    ):
        features = torch.randn(5, 4)
        z = posterior.train()(features).rsample((3,))
        assert bool(((z == 0) | (z == 1)).all()) == straight_through
        (z**2).sum().backward()
        assert (posterior.head.weight.grad != 0).any(1).all()
        q = posterior.eval()(features)
        for draw in (q.rsample((3,)), q.sample((3,))):
            assert ((draw == 0) | (draw == 1)).all()
            assert q.log_prob(draw).isfinite().all()


def test_the_gradient_is_biased_less_and_less_as_the_temperature_falls() -> None:
    """∂E[f(z)]/∂logit = p (1 − p) (f(1) − f(0)); for f(z) = z² the relaxed gradient tends to it."""
    exact = 0.25
    off = []
    for heat in (2.0, 0.1):
        logits = torch.zeros(200_000, requires_grad=True)
        z = RelaxedBernoulliCode(logits, torch.tensor(heat)).rsample()
        off.append((torch.autograd.grad((z**2).sum(), logits)[0].mean() - exact).abs().item())
    assert off[1] < off[0] / 5


def test_the_temperature_falls_by_the_same_factor_and_stays() -> None:
    heat = AnnealedTemperature(1.0, 0.25, 2)
    seen = []
    for _ in range(4):
        seen.append(heat().item())
        heat.step()
    assert seen == pytest.approx([1.0, 0.5, 0.25, 0.25])
    assert AnnealedTemperature(1.0, 0.5, 0)().item() == 0.5
    assert list(heat.state_dict()) == ["value"]


def test_the_temperature_may_fall_between_forward_and_backward() -> None:
    posterior = BernoulliPosterior(4, 6, AnnealedTemperature(1.0, 0.5, 10))
    q = posterior(torch.randn(5, 4))
    z = q.rsample((3,))
    posterior.adapt(q)
    (z**2).sum().backward()
    assert posterior.temperature().item() < 1


@pytest.mark.parametrize(("first", "last", "steps"), [(0.0, 0.0, 1), (0.5, 1.0, 1), (1.0, -1.0, 1), (1.0, 0.5, -1)])
def test_temperatures_without_meaning_are_errors(first: float, last: float, steps: int) -> None:
    with pytest.raises(ArgumentError, match="falls from first to last, both above 0"):
        AnnealedTemperature(first, last, steps)


def test_a_probability_is_between_0_and_1() -> None:
    with pytest.raises(ArgumentError, match="between 0 and 1, not 1"):
        BernoulliPrior(3, 1.0)
