import pytest
import torch

from autoencode.data import Batch, Subset
from autoencode.objectives import Elbo, Warmup
from autoencode.recipes import recipes
from autoencode.training import validate


def test_is_the_mean_over_examples_whatever_the_batches(build):
    model, objective = build()
    model.eval()
    part = Subset(torch.rand(23, 12))
    terms = validate(model, objective, part, batch_size=23)
    assert terms["loss"] == pytest.approx(terms["nll"] + terms["kl"], rel=1e-5)
    pieces = [validate(model, objective, Subset(part.x[i : i + 1]))["kl"] for i in range(23)]
    assert terms["kl"] == pytest.approx(sum(pieces) / 23, rel=1e-5)
    assert validate(model, objective, part, batch_size=5)["kl"] == pytest.approx(terms["kl"], rel=1e-5)


def test_schedules_have_their_final_value(build):
    model, _ = build()
    part = Subset(torch.rand(8, 12))
    early = validate(model, Elbo(beta=Warmup(1000, 3.0)), part)
    assert early["loss"] == pytest.approx(early["nll"] + 3 * early["kl"], rel=1e-5)


def test_repeats_and_leaves_noise_and_mode_alone(build):
    model, objective = build()
    part = Subset(torch.rand(8, 12))
    model.train()
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    assert validate(model, objective, part, seed=4) == validate(model, objective, part, seed=4)
    assert validate(model, objective, part, seed=4) != validate(model, objective, part, seed=5)
    assert torch.equal(torch.rand(3), expected)
    assert model.training


def test_nothing_is_dropped_in_validation():
    model, objective = recipes["conv-ae"]((1, 8, 8), dropout=0.5)
    part = Subset(torch.rand(8, 1, 8, 8))
    model.eval()
    expected = objective(model, Batch(part.x)).terms["nll"].mean().item()
    model.train()
    assert validate(model, objective, part)["nll"] == pytest.approx(expected, rel=1e-5)
