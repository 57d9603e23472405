from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, ForwardPass, Iwae, Objective, ObjectiveOutput, Reconstruction, forward_pass
from autoencode.recipes import dense_vae


@dataclass(frozen=True)
class CodeSize(Objective):
    """Mean square of the codes."""

    n_samples: int = 1

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        size = (fwd.z**2).mean((0, -1))
        return ObjectiveOutput(size.mean() * (step or 1), {"size": size})


@pytest.fixture
def model() -> Autoencoder:
    return dense_vae((1, 4, 4))[0].double()


@pytest.fixture
def x() -> Tensor:
    return torch.rand(5, 1, 4, 4).double()


def test_a_sum_adds_losses_and_shares_the_pass(model: Autoencoder, x: Tensor) -> None:
    fwd = forward_pass(model, Batch(x))
    output = (Elbo() + 0.1 * CodeSize()).evaluate(fwd, 3)
    elbo, size = Elbo().evaluate(fwd, 3), CodeSize().evaluate(fwd, 3)
    assert torch.allclose(output.loss, elbo.loss + 0.1 * size.loss, rtol=1e-12)
    assert output.terms.keys() == {"nll", "kl", "size"}
    assert torch.equal(output.terms["size"], size.terms["size"]), "terms are unweighted"


def test_one_pass_is_made_for_the_whole_sum(model: Autoencoder, x: Tensor) -> None:
    passes = []
    model.encoder.register_forward_hook(lambda *_: passes.append(1))
    (Elbo() + 0.1 * CodeSize() + 2.0 * Other())(model, Batch(x))
    assert len(passes) == 1


@dataclass(frozen=True)
class Other(Objective):
    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        return ObjectiveOutput(fwd.z.sum(), {"other": fwd.z.sum((0, -1))})


def test_the_more_demanding_part_decides_the_samples(model: Autoencoder, x: Tensor) -> None:
    assert (Elbo() + 0.1 * CodeSize(7)).n_samples == 7
    assert (0.5 * CodeSize(7) + Elbo(n_samples=3) + Other()).n_samples == 7
    assert (2.0 * Iwae(9)).n_samples == 9


@pytest.mark.parametrize("clash", [Elbo() + Elbo(), Elbo() + 0.5 * Reconstruction(), Iwae(2) + Elbo()])
def test_the_same_name_twice_is_an_error(model: Autoencoder, x: Tensor, clash: Objective) -> None:
    with pytest.raises(ArgumentError, match=r"both report '(kl|nll)'"):
        clash(model, Batch(x))
