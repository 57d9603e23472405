"""What the papers' recipes promise beyond the contract: the weights of their objectives, in the papers' own terms."""

import math

import pytest
import torch
from torch import Tensor

from autoencode.data import Subset
from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.evaluation import encode_all, evaluate
from autoencode.objectives import (
    Capacity,
    DecomposedElbo,
    Elbo,
    IwaeDreg,
    ObjectiveOutput,
    minibatch_stratified_sampling,
    minibatch_weighted_sampling,
)
from autoencode.recipes import recipes

SHAPE = (1, 5, 4)


def evaluated(name: str, step: int | None = None, **options: object) -> ObjectiveOutput:
    model, objective = recipes[name](SHAPE, **options)
    torch.manual_seed(1)
    return objective(model, Batch(torch.rand(6, *SHAPE)), step)


def means(output: ObjectiveOutput) -> dict[str, Tensor]:
    return {name: term.mean() for name, term in output.terms.items()}


def test_wae_is_the_squared_error_and_the_weighted_discrepancy() -> None:
    model, objective = recipes["wae"](SHAPE, mmd_weight=7.0)
    x = torch.rand(6, *SHAPE)
    output = objective(model, Batch(x))
    error = (model.decode(model.encode(x).mean).mean - x).square().flatten(1).sum(1)
    assert torch.allclose(output.terms["nll"] - error, torch.full((6,), 20 * 0.5 * math.log(math.pi)), atol=1e-4)
    term = means(output)
    assert torch.allclose(output.loss, term["nll"] + 7 * term["mmd"])


def test_wae_has_samples_and_a_prior_but_no_elbo() -> None:
    model, _ = recipes["wae"](SHAPE)
    part = Subset(torch.rand(30, *SHAPE))
    measured = evaluate(model, part, importance_samples=3)
    assert measured.kl is None
    assert measured.elbo is None
    assert measured.log_likelihood is None
    assert encode_all(model, part).kl is None
    assert model.sample(3).shape == (3, *SHAPE)
    with pytest.raises(CapabilityError, match="no KL"):
        Elbo()(model, Batch(part.x))


def test_a_random_wae_has_a_bound() -> None:
    model, objective = recipes["wae"](SHAPE, stochastic=True)
    part = Subset(torch.rand(30, *SHAPE))
    assert evaluate(model, part, importance_samples=3).elbo is not None
    assert objective(model, Batch(part.x)).terms.keys() == {"nll", "mmd"}


@pytest.mark.parametrize(("alpha", "scale"), [(1.0, 1000.0), (0.0, 1.0), (0.0, 3.0), (-2.0, 5.0)])
def test_info_vae_has_the_weights_of_equation_6(alpha: float, scale: float) -> None:
    output = evaluated("info-vae", alpha=alpha, mmd_weight=scale)
    term = means(output)
    expected = term["nll"] + (1 - alpha) * term["kl"] + (alpha + scale - 1) * term["mmd"]
    assert torch.allclose(output.loss, expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"alpha": 1.1}, "--alpha takes 1 or less, not 1.1"),
        ({"alpha": -3.0, "mmd_weight": 2.0}, r"alpha \+ mmd_weight must be 1 or more, not -3 \+ 2"),
    ],
)
def test_info_vae_weighs_nothing_negatively(wrong: dict, why: str) -> None:
    with pytest.raises(ArgumentError, match=why):
        recipes["info-vae"](SHAPE, **wrong)


@pytest.mark.parametrize("variant", [1, 2])
def test_dip_vae_adds_its_penalty_to_the_bound(variant: int) -> None:
    output = evaluated("dip-vae", variant=variant, off_diagonal=3.0, diagonal=5.0)
    term = means(output)
    expected = term["nll"] + term["kl"] + 3 * term["off_diagonal"] + 5 * term["diagonal"]
    assert torch.allclose(output.loss, expected, rtol=1e-5)


def test_the_variants_of_dip_vae_differ_by_the_posteriors_variances() -> None:
    posterior_means = {}
    for variant in (1, 2):
        torch.manual_seed(0)
        posterior_means[variant] = means(evaluated("dip-vae", variant=variant))
    # A fresh posterior has standard deviation 1 and means near 0.
    assert posterior_means[1]["diagonal"] > 8
    assert posterior_means[2]["diagonal"] < 2
    with pytest.raises(ArgumentError, match="--variant takes 1 to 2, not 3"):
        recipes["dip-vae"](SHAPE, variant=3)


def test_options_reach_the_objectives() -> None:
    def objective(name: str, **options: object) -> object:
        return recipes[name](SHAPE, **options)[1]

    assert objective("beta-vae", beta=3.0, free_bits=0.5).free_bits == 0.5
    capacity = objective("capacity-vae", capacity=8.0, capacity_steps=100, gamma=50.0)
    assert isinstance(capacity, Capacity)
    assert (capacity.gamma, capacity.capacity(50), capacity.capacity(None)) == (50.0, 4.0, 8.0)
    cyclical = objective("cyclical-vae", beta=2.0, period=10, cycles=2, rise_fraction=0.5)
    assert [cyclical.beta(step) for step in (0, 5, 10, 15, 20, None)] == [0.0, 2.0, 0.0, 2.0, 2.0, 2.0]
    assert objective("dreg-iwae", n_samples=7) == IwaeDreg(7)
    assert objective("beta-tc-vae", beta=3.0, n_examples=500) == DecomposedElbo(
        500, beta=3.0, sampling=minibatch_stratified_sampling
    )
    assert objective("beta-tc-vae", weighted_sampling=True).sampling is minibatch_weighted_sampling
