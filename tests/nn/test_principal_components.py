"""Principal components against scikit-learn's."""

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from autoencode.nn import principal_components as module
from autoencode.nn.principal_components import principal_axes, principal_components


def correlated(n, values):
    rng = np.random.default_rng(0)
    mixed = rng.normal(size=(n, 12)) * np.geomspace(3, 0.3, 12) @ rng.normal(size=(12, values))
    return torch.tensor(mixed + 0.2 * rng.normal(size=(n, values)) + 1.0).float()


def test_they_are_those_of_scikit_learn():
    x = correlated(400, 30)
    found, pca = principal_components(x, 5), PCA(5).fit(x.double().numpy())
    np.testing.assert_allclose(found.mean.numpy(), pca.mean_, rtol=1e-5)
    np.testing.assert_allclose(found.variances.numpy(), pca.explained_variance_ * 399 / 400, rtol=1e-4)
    signs = np.sign((found.axes.numpy() * pca.components_.T).sum(0))
    np.testing.assert_allclose(found.axes.numpy() * signs, pca.components_.T, atol=1e-4)
    assert found.residual * 30 == pytest.approx(
        float(x.double().var(0, correction=0).sum() - found.variances.sum()), rel=1e-4
    )


@pytest.mark.parametrize(("n", "values", "wanted", "found"), [(4, 30, 9, 3), (50, 3, 9, 3), (20, 1_200, 32, 19)])
def test_there_are_no_more_than_the_examples_have(n, values, wanted, found):
    assert principal_components(torch.randn(n, values), wanted).axes.shape == (values, found)


def test_equal_examples_have_none():
    found = principal_components(torch.ones(5, 4), 2)
    assert found.axes.shape == (4, 0)
    assert found.residual == 0


def test_randomised_directions_are_nearly_the_exact_ones(monkeypatch):
    x = correlated(400, 300)
    centred = x - x.mean(0)
    exact = principal_axes(centred, 12)
    monkeypatch.setattr(module, "_EXACT_COLUMNS", 10)
    state = torch.get_rng_state()
    near = principal_axes(centred, 12)
    assert torch.equal(state, torch.get_rng_state())

    def error(axes):
        return (centred - centred @ axes @ axes.T).square().mean().item()

    torch.testing.assert_close(near.T @ near, torch.eye(12), atol=1e-4, rtol=0)
    assert error(exact) <= error(near) <= 1.01 * error(exact)
