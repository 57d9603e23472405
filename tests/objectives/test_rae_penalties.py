import pytest
import torch
from torch import nn

from autoencode.data.batch import Batch
from autoencode.decoders import LinearDecoder
from autoencode.errors import ArgumentError
from autoencode.likelihoods import NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import CodeNormPenalty, DecoderGradientPenalty, DecoderWeightPenalty, forward_pass
from autoencode.posteriors import PointMassPosterior
from autoencode.recipes import rae
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")


def made() -> Autoencoder:
    return Autoencoder(
        encoder=nn.Flatten(),
        posterior=PointMassPosterior(6, 3),
        decoder=LinearDecoder(3, (6,)),
        likelihood=NormalLikelihood((6,)),
    )


def test_half_the_squared_length_of_the_code() -> None:
    model = made()
    fwd = forward_pass(model, Batch(torch.randn(4, 6)))
    assert torch.allclose(CodeNormPenalty().evaluate(fwd, None).terms["code_norm"], 0.5 * (fwd.z[0] ** 2).sum(1))


def test_weights_are_counted_without_biases() -> None:
    model = made()
    fwd = forward_pass(model, Batch(torch.randn(4, 6)))
    assert torch.allclose(DecoderWeightPenalty().evaluate(fwd, None).loss, model.decoder.linear.weight.square().sum())


def test_the_gradient_of_a_linear_decoder_is_its_weights_on_average() -> None:
    model = made()
    fwd = forward_pass(model, Batch(torch.randn(4000, 6)))
    found = DecoderGradientPenalty().evaluate(fwd, None).terms["decoder_gradient"].detach()
    assert_mean(found, model.decoder.linear.weight.square().sum().item())


def test_the_gradient_penalty_works_with_and_without_gradients() -> None:
    model = made()
    with torch.no_grad():
        fwd = forward_pass(model, Batch(torch.randn(4, 6)))
        assert not DecoderGradientPenalty().evaluate(fwd, None).loss.requires_grad
    DecoderGradientPenalty().evaluate(forward_pass(model, Batch(torch.randn(4, 6))), None).loss.backward()
    assert (model.decoder.linear.weight.grad != 0).any()


def test_spectral_layers_have_norm_one() -> None:
    model, _ = rae((1, 8, 8), regulariser="spectral-norm")
    model.train()
    for _ in range(50):
        model.decoder_features(torch.zeros(2, 16))
    layer = model.decoder.convolutions[-1]
    assert abs(torch.linalg.matrix_norm(layer.weight.flatten(1), 2).item() - 1) < 1e-3
    with pytest.raises(ArgumentError, match="--regulariser takes l2, gradient-penalty or spectral-norm, not l1"):
        rae((4,), regulariser="l1")
