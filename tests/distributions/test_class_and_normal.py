import pytest
import torch
from torch.distributions import kl_divergence

from autoencode.distributions import ClassAndNormal, kl, kl_per_class
from support.statistics import assert_frequencies, assert_mean

pytestmark = pytest.mark.usefixtures("double")
N = 40_000


def some(batch: int = 2) -> ClassAndNormal:
    return ClassAndNormal(torch.randn(batch, 3), torch.randn(batch, 3, 2), torch.rand(batch, 3, 2) + 0.3)


def test_draws_have_its_mean_variance_and_classes() -> None:
    d = some()
    x = d.rsample((N,))
    assert (x.shape, set(x[..., :3].unique().tolist())) == ((N, 2, 5), {0.0, 1.0})
    assert (x[..., :3].sum(-1) == 1).all()
    assert_mean(x, d.mean)
    assert_mean((x - d.mean).square(), d.variance)
    assert_frequencies(x[:, 0, :3].sum(0), d.class_log_probs[0].exp())


def test_numbers_go_with_their_class() -> None:
    d = some(1)
    x = d.rsample((N,))[:, 0]
    for one in range(3):
        z = x[x[:, one] == 1, 3:]
        assert_mean(z, d.loc[0, one])
        assert_mean((z - d.loc[0, one]).square(), d.scale[0, one].square())


def test_its_density_is_a_density() -> None:
    """Over a wide normal the mean of density ratios, summed over the classes, is one."""
    d = some(1)
    wide = torch.distributions.Normal(torch.zeros(2), torch.full((2,), 4.0))
    z = wide.sample((N,))
    ratios = 0.0
    for y in torch.eye(3):
        value = torch.cat([y.expand(N, 3), z], -1)[:, None]
        ratios = ratios + (d.log_prob(value)[:, 0] - wide.log_prob(z).sum(-1)).exp()
    assert_mean(ratios, 1.0)


def test_the_divergence_agrees_with_draws() -> None:
    q, p = some(), ClassAndNormal(torch.zeros(3), torch.zeros(3, 2), torch.ones(3, 2))
    z = q.sample((N,))
    assert_mean(q.log_prob(z) - p.log_prob(z), kl(q, p, z[:1]))
    assert kl_per_class(q, p).shape == (2, 3)
    assert kl_divergence(q, q).abs().max() < 1e-12


def test_one_draw_for_each_class() -> None:
    d = some()
    x = torch.stack([d.rsample_per_class() for _ in range(4_000)])
    assert torch.equal(x[0, :, 0, :3], torch.eye(3))
    assert_mean(x[..., 3:], d.loc.movedim(1, 0))
    assert_mean((x[..., 3:] - d.loc.movedim(1, 0)).square(), d.scale.square().movedim(1, 0))


def test_gradients_reach_the_normal_of_the_class_that_was_drawn() -> None:
    loc = torch.zeros(1, 3, 2, requires_grad=True)
    x = ClassAndNormal(torch.tensor([[0.0, 100.0, 0.0]]), loc, torch.ones(1, 3, 2)).rsample()
    x.sum().backward()
    assert loc.grad[0].tolist() == [[0, 0], [1, 1], [0, 0]]
