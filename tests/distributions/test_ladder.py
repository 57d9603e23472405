"""A ladder's density, draws and KL, against what can be integrated."""

import pytest
import torch
from torch import Tensor
from torch.distributions import Independent, Normal

from autoencode.distributions import Ladder, kl, kl_groups, kl_per_dimension
from autoencode.distributions.ladder import kl_levels
from autoencode.posteriors import LadderPosterior
from autoencode.priors import LadderPrior
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")


def made(dims: tuple[int, ...] = (1, 1), batch: int = 2, width: int = 6) -> tuple[Ladder, Ladder, LadderPrior]:
    """q, p and the prior's module, shaken off their start at zero."""
    prior = LadderPrior(dims, width)
    posterior = LadderPosterior(5, dims, prior.levels, prior.start)
    with torch.no_grad():
        for weight in (*prior.parameters(), *posterior.parameters()):
            weight.add_(0.15 * torch.randn_like(weight))
    return posterior(torch.randn(batch, 5)), prior(), prior


def grid(n: int = 401, reach: float = 16.0) -> tuple[Tensor, float]:
    line = torch.linspace(-reach, reach, n)
    points = torch.cartesian_prod(line, line)
    return points, (line[1] - line[0]).item() ** 2


def test_two_levels_integrate_to_one_and_their_kl_is_the_integral() -> None:
    q, p, _ = made()
    points, area = grid()
    log_q = q.log_prob(points[:, None].expand(-1, 2, -1))
    log_p = p.log_prob(points)
    assert torch.allclose((log_p.exp() * area).sum(), torch.ones(()), atol=1e-5)
    assert torch.allclose((log_q.exp() * area).sum(0), torch.ones(2), atol=1e-5)
    integral = (log_q.exp() * (log_q - log_p[:, None]) * area).sum(0)
    z = q.rsample((5_000,))
    for example in range(2):
        assert_mean(kl_levels(q, z).sum(-1)[:, example], integral[example])
        assert_mean((q.log_prob(z) - p.log_prob(z))[:, example], integral[example])


def test_the_kl_is_the_sum_over_levels_averaged_over_draws() -> None:
    q, p, _ = made((2, 3))
    z = q.rsample((7,))
    assert torch.allclose(kl(q, p, z), torch.stack([kl(q, p, one[None]) for one in z]).mean(0))
    assert torch.allclose(kl_levels(q, z).sum(-1).mean(0), kl(q, p, z))


def test_the_kl_given_the_draws_above_is_less_noisy_than_the_log_ratio() -> None:
    q, p, _ = made()
    z = q.rsample((1000,))
    assert (kl_levels(q, z).sum(-1).var(0) < (q.log_prob(z) - p.log_prob(z)).var(0)).all()


def test_groups_are_levels_and_add_up() -> None:
    q, p, _ = made((2, 3, 4))
    z = q.rsample((5,))
    groups = kl_groups(q, p, z)
    assert groups.shape == (2, 3)
    assert torch.allclose(groups.sum(1), kl(q, p, z))
    assert kl_per_dimension(q, p).shape == (2, 9)


def test_the_kept_walk_changes_nothing() -> None:
    q, p, _ = made((2, 3))
    z = q.rsample((4,))
    assert torch.allclose(q.log_prob(z), q.log_prob(z.clone()))
    assert torch.allclose(kl(q, p, z), kl(q, p, z.clone()))
    assert torch.allclose(p.log_prob(z), p.log_prob(z.clone()))


def test_a_walk_without_gradients_is_walked_again_for_who_wants_them() -> None:
    q, _, prior = made((2, 3))
    z = q.sample((4,))
    assert not z.requires_grad
    q.log_prob(z).sum().backward()
    assert prior.rungs[1].head[0].weight.grad is not None


def test_a_fresh_ladder_is_standard_normal_and_costs_little() -> None:
    prior = LadderPrior((2, 3), 6)
    posterior = LadderPosterior(5, (2, 3), prior.levels, prior.start)
    q, p, z = posterior(torch.randn(4, 5)), prior(), torch.randn(3, 4, 5)
    wanted = Independent(Normal(torch.zeros(5), torch.ones(5)), 1).log_prob(z)
    assert torch.allclose(p.log_prob(z), wanted)
    assert (kl(q, p, q.rsample((1,))) < 5).all()


def test_a_correction_of_zero_costs_nothing() -> None:
    _, p, prior = made((2, 3))
    posterior = LadderPosterior(5, (2, 3), prior.levels, prior.start)
    for correction in posterior.heads:
        torch.nn.init.zeros_(correction.head.weight)
        torch.nn.init.zeros_(correction.head.bias)
    q = posterior(torch.randn(4, 5))
    assert torch.allclose(kl(q, p, q.rsample((1,))), torch.zeros(4))


def test_the_kl_has_a_gradient_for_the_scale_of_the_prior() -> None:
    """Without a way from the KL to the prior's scale, that scale shrinks to nothing and the latents with it."""
    q, p, prior = made((2, 3))
    kl(q, p, q.rsample((1,))).sum().backward()
    assert all(rung.head[-1].bias.grad.chunk(2)[1].abs().min() > 1e-6 for rung in prior.rungs)


def test_the_posterior_owns_no_weight_of_the_prior() -> None:
    prior = LadderPrior((2, 3), 6)
    posterior = LadderPosterior(5, (2, 3), prior.levels, prior.start)
    assert not {id(w) for w in prior.parameters()} & {id(w) for w in posterior.parameters()}


def test_the_prior_s_draws_have_its_density() -> None:
    _, p, _ = made()
    points, area = grid()
    mass = p.log_prob(points).exp() * area
    z = p.sample((20_000,))
    for level in range(2):
        assert_mean(z[:, level], (mass * points[:, level]).sum())
        assert_mean(z[:, 0] * z[:, 1], (mass * points[:, 0] * points[:, 1]).sum())


def test_gradients_reach_every_level_through_draws() -> None:
    prior = LadderPrior((2, 3), 6)
    posterior = LadderPosterior(5, (2, 3), prior.levels, prior.start)
    with torch.no_grad():
        for weight in (*prior.parameters(), *posterior.parameters()):
            weight.add_(0.15 * torch.randn_like(weight))
    q, p = posterior(torch.randn(4, 5)), prior()
    (kl(q, p, q.rsample((2,))).sum()).backward()
    for name, weight in [*prior.named_parameters(), *posterior.named_parameters()]:
        assert weight.grad is not None, name
        assert (weight.grad != 0).any(), name


def test_levels_below_given_ones_take_their_means_given_them():
    prior = LadderPrior([2, 3, 1], 8)
    for weight in prior.parameters():
        torch.nn.init.normal_(weight, std=0.5)
    p = prior()
    z = torch.randn(6)
    tops = list(z.split([2, 3, 1]))
    torch.testing.assert_close(p.mean_below([]), p.mean)
    torch.testing.assert_close(p.mean_below(tops), z)
    half = p.mean_below(tops[:1])
    torch.testing.assert_close(half[:2], z[:2])
    own = p.path(half).conditionals
    torch.testing.assert_close(half[2:5], own[1].mean)
    torch.testing.assert_close(half[5:], own[2].mean)
    assert not torch.allclose(half[2:5], p.mean[2:5])
