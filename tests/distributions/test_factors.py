import pytest
import torch
from torch.distributions import Distribution, Independent, MultivariateNormal, Normal

from autoencode.distributions import PointMass, factors
from autoencode.errors import CapabilityError


def test_dimensions_are_told_apart() -> None:
    q = Independent(Normal(torch.randn(5, 3), torch.rand(5, 3) + 0.1), 1)
    z = q.sample()
    assert factors(q).batch_shape == (5, 3)
    assert torch.equal(factors(q).log_prob(z).sum(-1), q.log_prob(z))


@pytest.mark.parametrize(
    "q",
    [
        MultivariateNormal(torch.zeros(5, 3), torch.eye(3)),
        PointMass(torch.zeros(5, 3)),
        Independent(MultivariateNormal(torch.zeros(5, 3), torch.eye(3)), 1),
        Independent(Normal(torch.zeros(5, 2, 3), 1.0), 2),
    ],
    ids=["full", "point", "rows", "matrix"],
)
def test_what_does_not_factorise_is_refused(q: Distribution) -> None:
    with pytest.raises(CapabilityError, match=rf"not a {type(q).__name__}: use a diagonal normal"):
        factors(q)
