import pytest
import torch
from torch import Tensor
from torch.distributions import (
    Beta,
    Categorical,
    Distribution,
    Independent,
    MixtureSameFamily,
    MultivariateNormal,
    Normal,
    StudentT,
    TransformedDistribution,
)
from torch.distributions.transforms import ExpTransform

from autoencode.distributions import NormalMixture, PointMass, detached
from autoencode.errors import CapabilityError
from autoencode.priors import LadderPrior

pytestmark = pytest.mark.usefixtures("double")


def weights() -> tuple[Tensor, Tensor]:
    return torch.randn(4, 3, requires_grad=True), (0.3 * torch.randn(4, 3)).exp().requires_grad_()


def independent(a: Tensor, b: Tensor) -> Distribution:
    return Independent(Normal(a, b), 1)


MADE = {
    "normal": Normal,
    "independent": independent,
    "full": lambda a, b: MultivariateNormal(a, scale_tril=torch.diag_embed(b)),
    "student": lambda a, b: StudentT(torch.tensor(5.0), a, b),
    "beta": lambda a, b: Beta(a.exp(), b),
    "categories": lambda a, b: Categorical(logits=a * b),
    "mixture": lambda a, b: MixtureSameFamily(Categorical(logits=a[:, 0]), independent(a, b)),
    "ours": lambda a, b: NormalMixture(a[:, 0], a, b),
}


@pytest.mark.parametrize("name", MADE)
def test_the_density_is_the_same_and_its_parameters_get_no_gradient(name: str) -> None:
    a, b = weights()
    q = MADE[name](a, b)
    still, value = detached(q), q.sample()
    assert type(still) is type(q)
    assert torch.equal(still.log_prob(value), q.log_prob(value))
    assert not still.log_prob(value).requires_grad
    assert q.log_prob(value).requires_grad, "the original is left as it is"


def test_values_still_get_their_gradient() -> None:
    a, b = weights()
    z = torch.randn(4, 3, requires_grad=True)
    detached(independent(a, b)).log_prob(z).sum().backward()
    assert torch.allclose(z.grad, (a - z) / b**2, rtol=1e-12)
    assert a.grad is None
    assert b.grad is None


def test_what_was_looked_up_before_is_stopped_too() -> None:
    a, b = weights()
    q = MADE["full"](a, b)
    assert q.covariance_matrix.requires_grad  # kept on the object from now on
    assert not detached(q).covariance_matrix.requires_grad


@pytest.mark.parametrize(
    "d",
    [
        LadderPrior([2, 3], 4)(),
        TransformedDistribution(Normal(torch.zeros(3), torch.ones(3)), [ExpTransform()]),
    ],
    ids=["ladder", "flow"],
)
def test_what_may_hold_weights_is_refused(d: Distribution) -> None:
    with pytest.raises(CapabilityError, match=rf"parameters of a {type(d).__name__}.*diagonal normal"):
        detached(d)


def test_a_point_has_no_density() -> None:
    with pytest.raises(CapabilityError, match="single point"):
        detached(PointMass(torch.zeros(4, 3)))
