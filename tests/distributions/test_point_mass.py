import pytest
import torch
from torch.distributions import Independent

from autoencode.distributions import Degenerate, PointMass, kl
from autoencode.errors import CapabilityError
from autoencode.priors import StandardNormalPrior


def test_shapes() -> None:
    q = PointMass(torch.zeros(5, 2, 3), event_ndim=2)
    assert (q.batch_shape, q.event_shape) == ((5,), (2, 3))
    assert q.rsample((4,)).shape == (4, 5, 2, 3)
    assert q.sample().shape == (5, 2, 3)
    assert q.variance.shape == (5, 2, 3)
    assert isinstance(q, Degenerate)


def test_every_draw_is_the_point_and_gradients_reach_it() -> None:
    loc = torch.randn(5, 2, requires_grad=True)
    draws = PointMass(loc).rsample((3,))
    assert torch.equal(draws, loc.expand(3, 5, 2))
    draws.sum().backward()
    assert torch.equal(loc.grad, torch.full((5, 2), 3.0))


def test_sample_is_cut_off_from_gradients() -> None:
    assert not PointMass(torch.zeros(5, 2, requires_grad=True)).sample((3,)).requires_grad


@pytest.mark.parametrize(
    "ask", [lambda q: q.log_prob(torch.zeros(5, 2)), lambda q: q.entropy()], ids=["density", "entropy"]
)
def test_refuses_a_density_with_the_reason(ask) -> None:
    with pytest.raises(CapabilityError, match=r"single point and has no density.*--recipe dense-vae"):
        ask(PointMass(torch.zeros(5, 2)))


def test_has_no_divergence_wrapped_or_not() -> None:
    p, point = StandardNormalPrior(2)(), torch.zeros(5, 2)
    for q in (PointMass(point), Independent(PointMass(point, event_ndim=0), 1, validate_args=False)):
        with pytest.raises(CapabilityError, match="no density"):
            kl(q, p, torch.zeros(1, 5, 2))
        with pytest.raises(CapabilityError):
            kl(Independent(torch.distributions.Normal(point, 1.0), 1), q, torch.zeros(1, 5, 2))
