import pytest
import torch
from torch import nn

from autoencode.data.batch import Batch
from autoencode.decoders import LinearDecoder
from autoencode.errors import ArgumentError
from autoencode.likelihoods import NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import JacobianPenalty, Reconstruction, forward_pass
from autoencode.posteriors import PointMassPosterior
from autoencode.recipes import contractive_ae
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")


def made(encoder: nn.Module | None = None, width: int = 6) -> Autoencoder:
    return Autoencoder(
        encoder=encoder or nn.Flatten(),
        posterior=PointMassPosterior(width, 3),
        decoder=LinearDecoder(3, (6,)),
        likelihood=NormalLikelihood((6,)),
    )


def penalty(model: Autoencoder, x: torch.Tensor, **options) -> torch.Tensor:
    return JacobianPenalty(**options).evaluate(forward_pass(model, Batch(x)), None).terms["jacobian"]


def test_of_a_linear_encoder_it_is_the_norm_of_its_weights() -> None:
    model = made()
    wanted = model.posterior.head.weight.square().sum()
    assert torch.allclose(penalty(model, torch.randn(4, 6), method="exact"), wanted.expand(4))


def test_of_a_sigmoid_layer_it_is_the_paper_s_closed_form() -> None:
    layer = nn.Linear(6, 5)
    model = made(nn.Sequential(layer, nn.Sigmoid()), 5)
    with torch.no_grad():
        model.posterior.head.weight.copy_(torch.eye(5)[:3])
    x = torch.randn(4, 6)
    h = torch.sigmoid(layer(x))[:, :3]
    wanted = ((h * (1 - h)) ** 2 * layer.weight[:3].square().sum(1)).sum(1)  # equation 5's special case
    assert torch.allclose(penalty(model, x), wanted)


def test_hutchinson_s_estimate_is_unbiased() -> None:
    model = made(nn.Sequential(nn.Linear(6, 5), nn.Tanh()), 5)
    x = torch.randn(1, 6)
    exact = penalty(model, x, method="exact").item()
    assert_mean(penalty(model, x.expand(4000, 6), method="hutchinson").detach(), exact)
    assert_mean(penalty(model, x.expand(1000, 6), method="hutchinson", probes=3).detach(), exact)


@pytest.mark.parametrize("method", ["exact", "hutchinson"])
def test_its_gradient_reaches_the_encoder(method: str) -> None:
    model = made(nn.Sequential(nn.Linear(6, 5), nn.Tanh()), 5)
    penalty(model, torch.randn(4, 6), method=method).sum().backward()
    assert (model.encoder[0].weight.grad != 0).any()
    assert model.decoder.linear.weight.grad is None


def test_works_where_gradients_are_switched_off_and_gives_none() -> None:
    model = made()
    with torch.no_grad():
        found = penalty(model, torch.randn(4, 6))
    assert not found.requires_grad
    assert torch.allclose(found, model.posterior.head.weight.square().sum().expand(4))


def test_adds_to_other_objectives() -> None:
    model, batch = made(), Batch(torch.randn(4, 6))
    both = (Reconstruction() + 0.1 * JacobianPenalty())(model, batch)
    alone = Reconstruction()(model, batch)
    assert torch.allclose(both.loss, alone.loss + 0.1 * both.terms["jacobian"].mean())


def test_refuses_what_has_no_meaning() -> None:
    with pytest.raises(ArgumentError, match="--jacobian takes auto, exact or hutchinson, not guess"):
        contractive_ae((4,), jacobian="guess")
    with pytest.raises(ArgumentError, match="1 probe"):
        JacobianPenalty(probes=0)
