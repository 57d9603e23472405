"""Features that are certain beside a normal code, against PyTorch's normals."""

import torch
from torch.distributions import Normal, kl_divergence

from autoencode.distributions import FeaturesAndNormal, kl


def some(batch=4, seed=0):
    torch.manual_seed(seed)
    return torch.rand(batch, 3, 6, 5), torch.randn(batch, 2), torch.rand(batch, 2) + 0.5


def test_draws_have_the_features_as_they_are_and_planes_of_one_value():
    features, loc, scale = some()
    d = FeaturesAndNormal(features, loc, scale)
    z = d.rsample((7,))
    assert torch.equal(z[:, :, :3], features.expand(7, *features.shape))
    assert torch.equal(z[:, :, 3:], z[:, :, 3:, :1, :1].expand(7, 4, 2, 6, 5))
    many = d.rsample((20_000,))[..., 3:, 0, 0]
    torch.testing.assert_close(many.mean(0), loc, atol=0.05, rtol=0)
    torch.testing.assert_close(many.std(0), scale, atol=0.05, rtol=0)
    assert torch.equal(d.mean[:, 3:, 2, 1], loc)
    torch.testing.assert_close(d.variance[:, 3:, 5, 0], scale.square())
    assert not d.variance[:, :3].any()


def test_densities_and_divergences_are_those_of_the_code_alone():
    (features, loc, scale), (_, other_loc, other_scale) = some(), some(seed=1)
    q, p = FeaturesAndNormal(features, loc, scale), FeaturesAndNormal(features, other_loc, other_scale)
    exact = kl_divergence(Normal(loc, scale), Normal(other_loc, other_scale)).sum(-1)
    z = q.rsample((20_000,))
    torch.testing.assert_close(kl(q, p, z), exact)
    torch.testing.assert_close((q.log_prob(z) - p.log_prob(z)).mean(0), exact, atol=0.1, rtol=0.05)
    torch.testing.assert_close(-q.log_prob(z).mean(0), q.entropy(), atol=0.05, rtol=0)
