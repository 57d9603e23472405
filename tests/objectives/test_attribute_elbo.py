from typing import cast

import pytest
import torch

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError
from autoencode.model import Autoencoder
from autoencode.objectives import AttributeElbo
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import AttributePrior
from autoencode.recipes import attribute_vae, dense_vae, full_covariance_vae


def batch(*values: list[int]) -> Batch:
    return Batch(torch.rand(len(values), 1, 8, 8), context=torch.tensor(values))


def test_the_loss_is_nll_kl_and_the_weighted_cost_of_attributes() -> None:
    model = small()
    out = AttributeElbo(alpha=3.0, beta=0.5)(model.eval(), batch([0, 1], [2, -1], [-1, -1]))
    terms = out.terms
    assert torch.allclose(out.loss, (terms["nll"] + 0.5 * terms["kl"] + 3 * terms["attribute_nll"]).mean())
    assert terms["attribute_nll"][2] == 0
    assert (terms["attribute_nll"][:2] != 0).all()


def head_gradient(model: Autoencoder, loss: torch.Tensor) -> torch.Tensor:
    model.zero_grad()
    loss.backward()
    found = cast("DiagonalNormalPosterior", model.posterior).head.weight.grad
    assert found is not None
    return found


def small() -> Autoencoder:
    return attribute_vae((1, 8, 8), n_values=(3, 2), block_dim=2, latent_dim=4, channels=(4,), hidden=8)[0]


def test_what_the_decoder_is_given_of_a_known_attribute_does_not_come_from_the_picture() -> None:
    model, plain = small(), AttributeElbo(alpha=0.0, beta=0.0)
    head = head_gradient(model, plain(model, batch([0, 1], [2, 0])).loss)
    assert not head[:4].any()  # means of the blocks
    assert head[4:8].any()  # means of the rest
    assert all(loc.grad is not None and loc.grad.any() for loc in cast("AttributePrior", model.prior).loc)
    head = head_gradient(model, plain(model, batch([-1, 1], [-1, 0])).loss)
    assert head[:2].any()  # an attribute that is not known does
    assert not head[2:4].any()


def test_the_encoder_learns_to_read_attributes() -> None:
    model = small()
    head = head_gradient(model, AttributeElbo()(model, batch([0, 1], [2, 0])).terms["attribute_nll"].sum())
    assert head[:4].any()
    assert not head[4:8].any()


def test_without_a_context_it_is_the_bound() -> None:
    model = small()
    out = AttributeElbo()(model.eval(), Batch(torch.rand(3, 1, 8, 8)))
    assert torch.allclose(out.loss, (out.terms["nll"] + out.terms["kl"]).mean())


def test_models_and_contexts_that_it_cannot_take() -> None:
    model, _ = attribute_vae((1, 8, 8), n_values=(3, 2), channels=(4,), hidden=8)
    with pytest.raises(ArgumentError, match=r"of \[3, 2\] values"):
        AttributeElbo()(model, batch([0, 2]))
    with pytest.raises(ArgumentError, match="for each of 2 attributes"):
        AttributeElbo()(model, batch([0, 1, 1]))
    with pytest.raises(ArgumentError, match="needs an AttributePrior, not a prior"):
        AttributeElbo()(dense_vae((1, 8, 8))[0], batch([0, 1]))
    with pytest.raises(ArgumentError, match="needs a diagonal normal posterior"):
        AttributeElbo()(full_covariance_vae((1, 8, 8))[0], batch([0, 1]))
    with pytest.raises(ArgumentError, match="alpha must be 0 or more"):
        AttributeElbo(alpha=-1.0)
