import subprocess
import sys
from itertools import pairwise

import pytest
import torch

from autoencode.distributions import flow, kl
from autoencode.errors import ArgumentError, UnknownNameError
from autoencode.priors import FlowPrior
from support.quadrature import nodes
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")
KINDS = ["coupling", "maf", "nsf"]


def shaken(kind: str, dims: int = 2, **options) -> FlowPrior:
    prior = FlowPrior(dims, kind, hidden=8, **options)
    with torch.no_grad():
        for weight in prior.parameters():
            weight.add_(0.2 * torch.randn_like(weight))
    return prior


@pytest.mark.parametrize("kind", KINDS)
def test_it_integrates_to_one(kind):
    prior = shaken(kind)
    total = torch.zeros(())
    breaks = torch.linspace(-14, 14, 15).tolist()  # splines have kinks
    pieces = [nodes(low, high, 40) for low, high in pairwise(breaks)]
    x, w = (torch.cat(parts) for parts in zip(*pieces, strict=True))
    weights = torch.outer(w, w).flatten().split(80_000)
    with torch.no_grad():
        for some, weight in zip(torch.cartesian_prod(x, x).split(80_000), weights, strict=True):
            total = total + (prior().log_prob(some).exp() * weight).sum()
    assert total.item() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_draws_are_from_the_density(kind):
    prior = shaken(kind)
    # E[N(z; 0, I) / p(z)] = 1 for draws z from p.
    with torch.no_grad():
        z = prior().sample((5_000,))
        reference = torch.distributions.Independent(torch.distributions.Normal(torch.zeros(2), torch.ones(2)), 1)
        assert_mean((reference.log_prob(z) - prior().log_prob(z)).exp(), 1.0)


@pytest.mark.parametrize("dims", [1, 3])
@pytest.mark.parametrize("kind", ["nsf", "maf"])
def test_a_fresh_one_is_the_standard_normal(kind, dims):
    z = torch.randn(7, dims)
    expected = torch.distributions.Normal(0.0, 1.0).log_prob(z).sum(-1)
    torch.testing.assert_close(FlowPrior(dims, kind)().log_prob(z), expected)


def test_the_kl_is_estimated_and_reaches_every_weight():
    prior = shaken("nsf", 3)
    q = torch.distributions.Independent(torch.distributions.Normal(torch.randn(5, 3), torch.rand(5, 3) + 0.1), 1)
    z = q.rsample((2,))
    rate = kl(q, prior(), z)
    torch.testing.assert_close(rate, (q.log_prob(z) - prior().log_prob(z)).mean(0))
    rate.mean().backward()
    assert all((weight.grad != 0).any() for weight in prior.parameters())


def test_a_conditional_flow_has_a_batch():
    p = flow("nsf", 2, context=3)(torch.randn(5, 3))
    assert (p.batch_shape, p.event_shape) == ((5,), (2,))
    assert p.rsample((4,)).shape == (4, 5, 2)


def test_errors():
    with pytest.raises(UnknownNameError, match="no flow named 'nfs'; did you mean 'nsf'"):
        flow("nfs", 2)
    with pytest.raises(ArgumentError, match="1 transform or more"):
        flow("nsf", 2, transforms=0)
    with pytest.raises(ArgumentError, match="needs 2 dimensions"):
        flow("coupling", 1)


@pytest.mark.parametrize("checks", [True, False])
def test_validation_of_the_process_stays_as_it_was(checks):
    code = (
        "from torch.distributions import Distribution, Normal; import sys\n"
        f"Distribution.set_default_validate_args({checks})\n"
        "import autoencode.priors\n"
        "assert 'zuko' not in sys.modules\n"
        "autoencode.priors.FlowPrior(2)\n"
        f"assert Distribution._validate_args is {checks}\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
