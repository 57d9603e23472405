import math

import pytest
import torch

from autoencode.priors import StandardNormalPrior
from support.statistics import assert_mean


@pytest.mark.parametrize(("shape", "event"), [(3, (3,)), ((3,), (3,)), ([2, 4, 4], (2, 4, 4))])
def test_shapes(shape, event: tuple[int, ...]) -> None:
    prior = StandardNormalPrior(shape)
    assert prior.latent_shape == event
    assert (prior().batch_shape, prior().event_shape) == ((), event)
    assert prior().sample((5,)).shape == (5, *event)
    assert prior().log_prob(torch.zeros(7, 5, *event)).shape == (7, 5)


def test_is_the_standard_normal() -> None:
    z = torch.randn(5, 3).double()
    by_hand = -0.5 * (z**2 + math.log(2 * math.pi)).sum(-1)
    prior = StandardNormalPrior(3).double()()
    assert torch.allclose(prior.log_prob(z), by_hand, rtol=1e-12)
    draws = prior.sample((20_000,))
    assert_mean(draws, 0.0)
    assert_mean(draws**2, 1.0)


def test_has_no_weights_and_follows_its_model() -> None:
    prior = StandardNormalPrior(3)
    assert not list(prior.parameters())
    assert not prior.state_dict()
    assert prior.to(torch.float64)().sample().dtype == torch.float64
