"""Likelihoods against SciPy."""

import numpy as np
import pytest
import torch
from scipy import stats

from autoencode.errors import ArgumentError, DataError
from autoencode.likelihoods import CategoricalLikelihood, MixtureOfDiscretizedLogisticsLikelihood, likelihoods
from autoencode.likelihoods.levels import split_parameters

pytestmark = pytest.mark.usefixtures("double")


def single(name: str, features: list[float], x: torch.Tensor) -> np.ndarray:
    likelihood = likelihoods[name]((1,))
    rows = torch.tensor(features).expand(len(x), -1)
    return likelihood(rows).log_prob(x[:, None]).detach().numpy()


def test_poisson_is_scipy_s() -> None:
    x = torch.arange(30.0)
    assert np.allclose(single("poisson", [1.3], x), stats.poisson.logpmf(x.numpy(), np.exp(1.3)), rtol=1e-12)


def test_a_huge_count_has_a_finite_mass() -> None:
    x = torch.tensor([1e6])
    found = single("poisson", [np.log(1e6)], x)
    assert np.allclose(found, stats.poisson.logpmf(1_000_000, 1e6), rtol=1e-6)


def test_negative_binomial_is_scipy_s_with_mean_and_dispersion() -> None:
    x = torch.arange(30.0)
    likelihood = likelihoods["negative-binomial"]((1,))
    with torch.no_grad():
        likelihood.log_dispersion.fill_(0.7)
    theta, mean = np.exp(0.7), np.exp(1.3)
    p = likelihood(torch.full((30, 1), 1.3))
    wanted = stats.nbinom.logpmf(x.numpy(), theta, theta / (theta + mean))
    assert np.allclose(p.log_prob(x[:, None]).detach().numpy(), wanted, rtol=1e-10)
    assert torch.allclose(p.mean, torch.tensor(mean))
    assert torch.allclose(p.variance, torch.tensor(mean + mean**2 / theta))


def test_binomial_is_scipy_s() -> None:
    k = torch.arange(256.0)
    wanted = stats.binom.logpmf(k.numpy(), 255, 1 / (1 + np.exp(-0.4)))
    assert np.allclose(single("binomial", [0.4], k / 255), wanted, rtol=1e-9)


def test_beta_is_scipy_s_on_the_longer_interval() -> None:
    x = torch.linspace(0, 1, 11)
    mean, concentration = 1 / (1 + np.exp(-0.4)), 2 * np.exp(0.9)
    wanted = stats.beta.logpdf(x.numpy(), mean * concentration, (1 - mean) * concentration, -1 / 510, 256 / 255)
    assert np.allclose(single("beta", [0.4, 0.9], x), wanted, rtol=1e-10)


def test_categorical_is_a_softmax() -> None:
    likelihood = CategoricalLikelihood((1,), levels=3)
    logits = torch.tensor([[0.3, -1.0, 0.7]])
    found = likelihood(logits.expand(3, 3)).log_prob(torch.tensor([[0.0], [0.5], [1.0]]))
    assert torch.allclose(found, logits[0].log_softmax(0))
    assert torch.allclose(likelihood(logits).mean, logits.softmax(1) @ torch.tensor([0.0, 0.5, 1.0]))


def test_a_mixture_is_the_weighted_sum_of_its_parts() -> None:
    from autoencode.distributions import DiscretizedLogistic

    likelihood = MixtureOfDiscretizedLogisticsLikelihood((1,), components=2)
    logits, loc, log_scale = torch.randn(3, 2)
    x = torch.arange(256.0) / 255
    parts = [DiscretizedLogistic(loc[i] + (i + 0.5) / 2, log_scale[i] - 2).log_prob(x) for i in range(2)]
    wanted = (logits.softmax(0)[:, None] * torch.stack(parts).exp()).sum(0).log()
    features = torch.cat([logits, loc, log_scale]).expand(256, 6)
    assert torch.allclose(likelihood(features).log_prob(x[:, None]), wanted)
    with pytest.raises(ArgumentError, match="components must be 1 or more, not 0"):
        MixtureOfDiscretizedLogisticsLikelihood((1,), components=0)


def test_features_of_a_value_are_gathered_from_all_its_channels() -> None:
    features = torch.arange(2.0 * 6 * 4 * 5).view(2, 6, 4, 5)
    gathered = split_parameters(features, 3, 3)
    assert gathered.shape == (2, 2, 4, 5, 3)
    assert torch.equal(gathered[1, 1, 2, 3], features[1, [1, 3, 5], 2, 3])


@pytest.mark.parametrize("name", ["poisson", "negative-binomial"])
@pytest.mark.parametrize("wrong", [0.5, -1.0])
def test_what_is_no_count_is_refused_with_the_way_out(name: str, wrong: float) -> None:
    with pytest.raises(DataError, match=r"takes counts \(0, 1, 2, …\).*--values raw"):
        likelihoods[name]((2,)).check(torch.tensor([[1.0, wrong]]))
