import pytest
import torch
from torch.distributions import Independent, Laplace, MultivariateNormal, Normal, kl_divergence

from autoencode.distributions import kl, kl_per_dimension
from autoencode.errors import CapabilityError
from autoencode.priors import StandardNormalPrior
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")


def full(batch: int = 4, dims: int = 3) -> MultivariateNormal:
    lower = 0.5 * torch.randn(batch, dims, dims).tril(-1) + torch.diag_embed(torch.randn(batch, dims).exp())
    return MultivariateNormal(torch.randn(batch, dims), scale_tril=lower)


def test_is_pytorch_s_form_for_two_full_normals() -> None:
    q, loc, scale = full(), torch.randn(4, 3), torch.randn(4, 3).exp()
    p = Independent(Normal(loc, scale), 1)
    wanted = kl_divergence(q, MultivariateNormal(loc, scale_tril=torch.diag_embed(scale)))
    assert torch.allclose(kl(q, p, q.sample((1,))), wanted, rtol=1e-12)


def test_agrees_with_draws_from_it() -> None:
    q, p = full(), StandardNormalPrior(3)()
    z = q.sample((20_000,))
    assert_mean(q.log_prob(z) - p.log_prob(z), kl(q, p, z[:1]))


def test_is_the_diagonal_form_without_correlations() -> None:
    loc, scale = torch.randn(4, 3), torch.randn(4, 3).exp()
    q, p = MultivariateNormal(loc, scale_tril=torch.diag_embed(scale)), StandardNormalPrior(3)()
    assert torch.allclose(kl_divergence(q, p), kl_divergence(Independent(Normal(loc, scale), 1), p), rtol=1e-12)


def test_has_no_terms_by_dimension() -> None:
    with pytest.raises(CapabilityError, match="not MultivariateNormal and Normal"):
        kl_per_dimension(full(), StandardNormalPrior(3)())


def test_is_estimated_for_other_priors() -> None:
    q, p = full(), Independent(Laplace(torch.zeros(3), torch.ones(3)), 1)
    z = q.sample((5,))
    assert torch.equal(kl(q, p, z), (q.log_prob(z) - p.log_prob(z)).mean(0))
