import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from autoencode.data.batch import Batch
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.nn import FeatureExtractor, VggFeatures
from autoencode.objectives import Perceptual, forward_pass
from support.linear_gaussian import linear_model

pytestmark = pytest.mark.usefixtures("double")

SHAPE = (2, 7, 5)


@pytest.fixture
def network(double: None) -> FeatureExtractor:
    return FeatureExtractor(SHAPE, [4, 6], 4, [1, 2], pooled=True)


@pytest.fixture
def model(double: None) -> Autoencoder:
    return linear_model(NormalLikelihood(SHAPE, FixedScale(0.5)), 3)


def test_it_is_the_mean_over_each_map_times_the_size_of_an_example(
    model: Autoencoder, network: FeatureExtractor
) -> None:
    fwd = forward_pass(model, Batch(torch.randn(5, *SHAPE)))
    output = Perceptual(network).evaluate(fwd, None)
    expected = torch.zeros(5)
    for one, two in zip(network.feature_maps(fwd.batch.x), network.feature_maps(fwd.p_x.mean[0]), strict=True):
        for i in range(5):  # Hou et al., equation 3
            channels, height, width = one[i].shape
            expected[i] += 70 * ((one[i] - two[i]) ** 2).sum() / (2 * channels * height * width)
    torch.testing.assert_close(output.terms["perceptual"], expected)
    torch.testing.assert_close(output.loss, expected.mean())


def test_a_perfect_reconstruction_costs_nothing(model: Autoencoder, network: FeatureExtractor) -> None:
    fwd = forward_pass(model, Batch(torch.randn(5, *SHAPE)))
    perfect = forward_pass(model, Batch(fwd.batch.x, fwd.p_x.mean[0].detach()))
    object.__setattr__(perfect, "p_x", fwd.p_x)
    assert Perceptual(network).evaluate(perfect, None).terms["perceptual"].abs().max() < 1e-12


def rotated(x: Tensor, turns: int) -> Tensor:
    return torch.from_numpy(np.rot90(x.numpy(), turns, (1, 2)).copy())


@pytest.mark.parametrize("n", [1, 3, 9])
def test_the_network_learns_to_name_the_turn(model: Autoencoder, network: FeatureExtractor, n: int) -> None:
    x = torch.randn(n, *SHAPE)
    output = Perceptual(network)(model, Batch(x))
    log_probs = [network(rotated(x[i], i % 4)[None]).log_softmax(1)[0, i % 4] for i in range(n)]
    torch.testing.assert_close(output.auxiliary_losses["features"], -torch.stack(log_probs).mean())


def test_the_network_hears_of_turns_and_the_model_of_maps(model: Autoencoder, network: FeatureExtractor) -> None:
    output = Perceptual(network)(model, Batch(torch.randn(8, *SHAPE)))
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    alone = torch.autograd.grad(output.auxiliary_losses["features"], weights, allow_unused=True, retain_graph=True)
    assert all(gradient is None for gradient in alone)
    output.loss.backward()
    assert (model.posterior.head.weight.grad[:3] != 0).any(1).all()


def test_a_network_that_has_learned_stays_as_it_is(network: FeatureExtractor) -> None:
    assert Perceptual(network, 0.0).auxiliary_networks["features"].learning_rate == 0
    assert Perceptual(network).auxiliary_networks["features"].network is network


def test_a_network_that_has_learned_already_is_no_auxiliary_network(model: Autoencoder, tmp_path) -> None:
    weights = {"features.0.weight": torch.randn(4, 3, 3, 3), "features.0.bias": torch.zeros(4)}
    save_file(weights, tmp_path / "vgg.safetensors")
    objective = Perceptual(VggFeatures(tmp_path / "vgg.safetensors"))
    assert objective.auxiliary_networks == {}
    three = linear_model(NormalLikelihood((3, 5, 5), FixedScale(0.5)), 3)
    fwd = forward_pass(three, Batch(torch.rand(4, 3, 5, 5)))
    output = objective.evaluate(fwd, None)
    assert output.auxiliary_losses == {}
    (one,), (two,) = (objective.network.feature_maps(x) for x in (fwd.batch.x, fwd.p_x.mean[0]))
    torch.testing.assert_close(output.terms["perceptual"], 0.5 * (one - two).square().flatten(1).mean(1) * 75)
