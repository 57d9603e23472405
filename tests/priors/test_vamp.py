import copy

import pytest
import torch
from torch import nn

from autoencode.encoders import DenseEncoder
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.posteriors import DiagonalNormalPosterior, PointMassPosterior
from autoencode.priors import VampPrior

pytestmark = pytest.mark.usefixtures("double")


def made(components: int = 6, **options) -> tuple[VampPrior, nn.Module, DiagonalNormalPosterior]:
    encoder, posterior = DenseEncoder((1, 4, 4), [8]), DiagonalNormalPosterior(8, 3)
    return VampPrior(encoder, posterior, 3, (1, 4, 4), components, **options), encoder, posterior


def test_is_the_average_of_the_posteriors_of_its_pseudo_inputs() -> None:
    prior, encoder, posterior = made()
    z = torch.randn(5, 3)
    q = posterior(encoder(prior.pseudo_inputs))
    wanted = torch.stack([q.log_prob(one) for one in z]).exp().mean(1).log()
    assert torch.allclose(prior().log_prob(z), wanted, rtol=1e-10)


@pytest.mark.parametrize("bounded", [True, False])
def test_bounded_pseudo_inputs_are_examples(bounded: bool) -> None:
    u = made(50, bounded=bounded)[0].pseudo_inputs
    assert (u.min() > 0 and u.max() < 1) == bounded


def test_owns_its_pseudo_inputs_only_and_trains_the_encoder_too() -> None:
    prior, encoder, posterior = made()
    assert list(prior.state_dict()) == ["inputs"]
    (-prior().log_prob(torch.randn(5, 3)).mean()).backward()
    for weight in (*prior.parameters(), *encoder.parameters(), *posterior.parameters()):
        assert weight.grad is not None
        assert (weight.grad != 0).any()


def test_a_copied_model_s_prior_sees_the_copied_encoder() -> None:
    prior, encoder, posterior = made()
    model = nn.ModuleDict({"encoder": encoder, "posterior": posterior, "prior": prior})
    other = copy.deepcopy(model)
    before = prior().log_prob(torch.zeros(3))
    nn.init.normal_(other["encoder"].layers[0].weight)
    assert torch.equal(prior().log_prob(torch.zeros(3)), before)
    assert not torch.equal(other["prior"]().log_prob(torch.zeros(3)), before)


def test_refuses_what_has_no_meaning() -> None:
    with pytest.raises(ArgumentError, match="1 component or more, not 0"):
        made(0)
    with pytest.raises(CapabilityError, match="DiagonalNormalPosterior"):
        VampPrior(DenseEncoder((4,), [8]), PointMassPosterior(8, 3), 3, (4,))()
