"""Evidence is measured as scikit-learn would, and on every kind of model."""

import pytest
import torch
from sklearn.decomposition import PCA
from tests.recipes.test_contract import ROWS, context_of, made

from autoencode.data import Subset
from autoencode.evaluation import measure_evidence
from autoencode.recipes import recipes


def correlated(n, values, rank=6):
    return torch.sigmoid(torch.randn(n, rank) @ torch.randn(rank, values) + 0.1 * torch.randn(n, values))


def test_baselines_are_those_of_scikit_learn():
    model, objective = recipes["dense-vae"]((1, 4, 5), hidden=8, latent_dim=3)
    both = correlated(360, 20)
    train, held_out = both[:300], both[300:]
    parts = (Subset(x.reshape(-1, 1, 4, 5)) for x in (train, held_out))
    found = measure_evidence(model, objective.prepare, *parts)
    pca = PCA(3).fit(train)
    rest = held_out - torch.from_numpy(pca.inverse_transform(pca.transform(held_out)))
    assert found.pca_error == pytest.approx(rest.square().mean().item(), rel=1e-4)
    assert found.mean_error == pytest.approx((held_out - train.mean(0)).square().mean().item(), rel=1e-4)
    assert (found.n, found.pca_numbers, found.units) == (60, 3, 3)
    with torch.no_grad():
        back = model.decode(model.encode(held_out.reshape(-1, 1, 4, 5)).mean).mean.flatten(1)
    assert found.squared_error == pytest.approx((back - held_out).square().mean().item(), rel=1e-4)


@pytest.mark.parametrize("name", ROWS)
def test_every_recipe_has_a_verdict(name):
    model, objective = made(name)
    x = torch.rand(8, *model.data_shape)
    context = context_of(name, 8)
    labels = context if context is not None and context.ndim == 1 else None
    part = Subset(x, labels=labels, context=None if labels is not None else context)
    found = measure_evidence(model, objective.prepare, part, part)
    assert found.n == 8
    restores = found.input_error is not None
    assert restores == (name in RESTORING)
    assert (found.mean_error is None) == (restores or name in SELF_TAUGHT)


RESTORING = ("denoising-ae", "fashion-denoise")  # the others learn from pairs, or say which corruption
SELF_TAUGHT = ("self-restorer", "video-self-restorer")


def test_constant_data_and_few_examples_have_no_pca():
    model, objective = recipes["dense-vae"]((1, 4, 5), hidden=8)
    same = Subset(torch.full((9, 1, 4, 5), 0.5))
    assert measure_evidence(model, objective.prepare, same, same).pca_error is None
    one = Subset(torch.rand(1, 1, 4, 5))
    assert measure_evidence(model, objective.prepare, one, one).pca_error is None
