"""The default for folders of pictures begins as probabilistic PCA."""

import math

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from autoencode.data import load
from autoencode.objectives import forward_pass
from autoencode.recipes import pca_vae
from autoencode.settings import Settings
from autoencode.training.fit import fit

N, SHAPE, DIMS = 300, (1, 6, 8), 3


def examples():
    rng = np.random.default_rng(0)
    factors = rng.normal(size=(N, 5)) * np.array([3, 2, 1.5, 0.7, 0.5])
    x = 0.5 + 0.05 * (factors @ rng.normal(size=(5, math.prod(SHAPE))) + 0.3 * rng.normal(size=(N, math.prod(SHAPE))))
    return torch.tensor(x).reshape(N, *SHAPE)


def begun(**options):
    model, objective = pca_vae(SHAPE, latent_dim=DIMS, channels=(4, 8), hidden=16, **options)
    model = model.double().eval()
    model.initialise(model, examples(), lambda x: x)
    return model, objective


def test_its_bound_is_the_log_likelihood_of_probabilistic_pca():
    model, objective = begun()
    x = examples()
    oracle = PCA(DIMS).fit(x.flatten(1).numpy())
    found, values = oracle.explained_variance_ * (N - 1) / N, math.prod(SHAPE)
    noise = (x.flatten(1).var(0, correction=0).sum().item() - found.sum()) / (values - DIMS)
    covariance = oracle.components_.T @ np.diag(found - noise) @ oracle.components_ + noise * np.eye(values)
    exact = torch.distributions.MultivariateNormal(torch.tensor(oracle.mean_), torch.tensor(covariance))
    model.likelihood.scale.moment.fill_(noise)
    model.likelihood.scale.lowest.zero_()
    with torch.no_grad(), torch.random.fork_rng():
        torch.manual_seed(0)
        bounds = [-objective.evaluate(forward_pass(model, batch(x)), None).loss.item() for _ in range(200)]
    error = np.std(bounds) / len(bounds) ** 0.5
    assert abs(np.mean(bounds) - exact.log_prob(x.flatten(1)).mean().item()) < 4 * error + 1e-3


def batch(x):
    from autoencode.data.batch import Batch

    return Batch(x, x)


def test_weights_of_an_earlier_run_are_kept():
    model, _ = begun()
    with torch.no_grad():
        model.encoder.weight.fill_(2.0)
    model.initialise(model, examples(), lambda x: x)
    assert (model.encoder.weight == 2).all()


def test_the_scale_is_bounded_by_the_error_of_pca_held_out():
    model, _ = begun()
    x, total = examples().flatten(1).numpy(), 0.0
    fold = np.arange(N) % 4
    for number in range(4):
        pca = PCA(DIMS).fit(x[fold != number])
        held_out = x[fold == number]
        total += np.square(pca.inverse_transform(pca.transform(held_out)) - held_out).sum()
    model.likelihood.scale.moment.zero_()
    assert model.likelihood.scale().item() ** 2 == pytest.approx(0.8 * total / x.size, rel=1e-4)


def test_other_likelihoods_begin_at_random():
    model, _ = pca_vae(SHAPE, latent_dim=DIMS, channels=(4, 8), likelihood="discretized-logistic")
    assert model.initialise is None


def test_fewer_examples_than_dimensions_begin_with_what_there_is():
    model, _ = pca_vae(SHAPE, latent_dim=20, channels=(4, 8), hidden=16)
    few = examples()[:6].float()
    model.initialise(model, few, lambda x: x)
    model.eval()
    with torch.no_grad():
        back = model.decode(model.encode(few).mean).mean
    assert (back - few).square().mean() < 1e-5


def test_fit_begins_at_pca_and_improves_on_it():
    x = examples().float()
    model, objective = pca_vae(SHAPE, latent_dim=DIMS, channels=(4, 8), hidden=16)
    data = load(x)
    history = fit(model, objective, data, Settings(epochs=2, batch_size=32, learning_rate=1e-3, augment="auto"))
    pca = PCA(DIMS).fit(data.train.inputs().flatten(1).numpy())
    test = data.test.inputs()
    rest = pca.inverse_transform(pca.transform(test.flatten(1).numpy())) - test.flatten(1).numpy()
    with torch.no_grad():
        error = (model.decode(model.encode(test).mean).mean - test).square().mean().item()
    assert error < 1.3 * np.square(rest).mean()
    assert history.epochs[0].train["loss"] == pytest.approx(history.epochs[-1].train["loss"], rel=0.5)
