import pytest
import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from autoencode.distributions import NormalMixture
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")


def both(components: int = 7, dims: int = 3) -> tuple[NormalMixture, MixtureSameFamily]:
    logits, loc, scale = torch.randn(components), 3 * torch.randn(components, dims), torch.rand(components, dims) + 0.1
    theirs = MixtureSameFamily(Categorical(logits=logits), Independent(Normal(loc, scale), 1))
    return NormalMixture(logits, loc, scale), theirs


def test_is_torch_s_mixture() -> None:
    ours, theirs = both()
    z = 4 * torch.randn(5, 4, 3)
    assert torch.allclose(ours.log_prob(z), theirs.log_prob(z), rtol=1e-11, atol=1e-11)
    assert torch.allclose(ours.mean, theirs.mean, rtol=1e-12)
    assert torch.allclose(ours.variance, theirs.variance, rtol=1e-12)


def test_keeps_its_digits_in_float32_far_from_the_origin() -> None:
    ours, _ = both()
    moved = NormalMixture(ours.logits.float(), (ours.loc + 1000).float(), ours.scale.float())
    z = 4 * torch.randn(50, 3)
    rounded = (z + 1000).float().double() - 1000
    loc = moved.loc.double() - 1000
    exact = NormalMixture(moved.logits.double(), loc, moved.scale.double()).log_prob(rounded)
    assert torch.allclose(moved.log_prob((z + 1000).float()).double(), exact, rtol=1e-3, atol=1e-2)


def test_gradients_are_those_of_the_mixture() -> None:
    ours, theirs = both()
    for values in (ours.loc, ours.scale, ours.logits):
        values.requires_grad_()
    theirs = MixtureSameFamily(Categorical(logits=ours.logits), Independent(Normal(ours.loc, ours.scale), 1))
    z = torch.randn(6, 3)
    wanted = torch.autograd.grad(theirs.log_prob(z).sum(), [ours.loc, ours.scale, ours.logits])
    found = torch.autograd.grad(ours.log_prob(z).sum(), [ours.loc, ours.scale, ours.logits])
    assert all(torch.allclose(a, b, rtol=1e-9, atol=1e-9) for a, b in zip(wanted, found, strict=True))


def test_draws_have_its_moments() -> None:
    p, _ = both()
    z = p.sample((50_000,))
    for dim in range(3):
        assert_mean(z[:, dim], p.mean[dim])
        assert_mean((z[:, dim] - p.mean[dim]) ** 2, p.variance[dim])


def test_components_weights_are_probabilities() -> None:
    p, _ = both()
    assert torch.allclose(p.log_joint(torch.zeros(3)).logsumexp(-1), p.log_prob(torch.zeros(3)))
    shifted = NormalMixture(p.logits + 5, p.loc, p.scale)
    assert torch.allclose(shifted.log_prob(torch.ones(3)), p.log_prob(torch.ones(3)))


def test_keeps_its_digits_where_components_are_narrow() -> None:
    signs = torch.tensor([[1.0], [-1.0]]).expand(2, 16)
    exact = NormalMixture(torch.zeros(2), 3 * signs, torch.full((2, 16), 1e-3))
    ours = NormalMixture(torch.zeros(2).float(), (3 * signs).float(), torch.full((2, 16), 1e-3).float())
    z = exact.sample((50,)).float()
    wanted = NormalMixture(torch.zeros(2), 3 * signs, ours.scale.double()).log_prob(z.double())
    assert ours.log_prob(z).dtype == torch.float32
    assert torch.allclose(ours.log_prob(z).double(), wanted, rtol=1e-5, atol=1e-4)
