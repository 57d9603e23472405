import pytest
import torch
from torch import Tensor

from autoencode.data.batch import Batch
from autoencode.distributions import kl
from autoencode.errors import ArgumentError
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import Capacity, Warmup, forward_pass
from support.linear_gaussian import linear_model

pytestmark = pytest.mark.usefixtures("double")


@pytest.fixture
def model(double: None) -> Autoencoder:
    return linear_model(NormalLikelihood((6,), FixedScale(0.5)), 3)


@pytest.fixture
def x(double: None) -> Tensor:
    return 3 * torch.randn(5, 6)


def test_the_loss_is_equation_8(model: Autoencoder, x: Tensor) -> None:
    fwd = forward_pass(model, Batch(x), 2)
    nll, rate = -fwd.log_likelihood().mean(0), kl(fwd.q, fwd.p_z, fwd.z)
    middle = rate.median().item()  # some examples are above the capacity and some below
    output = Capacity(7.0, middle).evaluate(fwd, None)
    assert torch.allclose(output.loss, (nll + 7 * (rate - middle).abs()).mean(), rtol=1e-12)
    assert torch.equal(output.terms["nll"], nll)
    assert torch.equal(output.terms["kl"], rate)


def test_the_capacity_follows_its_schedule(model: Autoencoder, x: Tensor) -> None:
    fwd = forward_pass(model, Batch(x))
    rising = Capacity(10.0, Warmup(100, 20.0))
    for step, capacity in ((0, 0.0), (50, 10.0), (100, 20.0), (None, 20.0)):
        fixed = Capacity(10.0, capacity).evaluate(fwd, None).loss.item()
        assert rising.evaluate(fwd, step).loss.item() == pytest.approx(fixed, rel=1e-14)


@pytest.mark.parametrize("arguments", [{"gamma": -1.0}, {"capacity": -1.0}, {"n_samples": 0}])
def test_wrong_arguments_are_errors(arguments: dict) -> None:
    with pytest.raises(ArgumentError, match=next(iter(arguments))):
        Capacity(**arguments)
