import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from autoencode.data.batch import Batch
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.nn import ConvolutionStack, Layered
from autoencode.objectives import Perceptual, forward
from support.linear_gaussian import linear_model

pytestmark = pytest.mark.usefixtures("double")

SHAPE = (2, 7, 5)


@pytest.fixture
def network(double: None) -> Layered:
    return Layered(SHAPE, [4, 6], 4, [1, 2], pooled=True)


@pytest.fixture
def model(double: None) -> Autoencoder:
    return linear_model(NormalLikelihood(SHAPE, FixedScale(0.5)), 3)


def test_it_is_the_mean_over_each_map_times_the_size_of_an_example(model: Autoencoder, network: Layered) -> None:
    seen = forward(model, Batch(torch.randn(5, *SHAPE)))
    output = Perceptual(network).judge(seen, None)
    expected = torch.zeros(5)
    for one, two in zip(network.maps(seen.batch.x), network.maps(seen.p_x.mean[0]), strict=True):
        for i in range(5):  # Hou et al., equation 3
            channels, height, width = one[i].shape
            expected[i] += 70 * ((one[i] - two[i]) ** 2).sum() / (2 * channels * height * width)
    torch.testing.assert_close(output.terms["perceptual"], expected)
    torch.testing.assert_close(output.loss, expected.mean())


def test_a_perfect_reconstruction_costs_nothing(model: Autoencoder, network: Layered) -> None:
    seen = forward(model, Batch(torch.randn(5, *SHAPE)))
    perfect = forward(model, Batch(seen.batch.x, seen.p_x.mean[0].detach()))
    object.__setattr__(perfect, "p_x", seen.p_x)
    assert Perceptual(network).judge(perfect, None).terms["perceptual"].abs().max() < 1e-12


def turned(x: Tensor, turns: int) -> Tensor:
    return torch.from_numpy(np.rot90(x.numpy(), turns, (1, 2)).copy())


@pytest.mark.parametrize("n", [1, 3, 9])
def test_the_network_learns_to_name_the_turn(model: Autoencoder, network: Layered, n: int) -> None:
    x = torch.randn(n, *SHAPE)
    output = Perceptual(network)(model, Batch(x))
    said = [network(turned(x[i], i % 4)[None]).log_softmax(1)[0, i % 4] for i in range(n)]
    torch.testing.assert_close(output.adversaries["features"], -torch.stack(said).mean())


def test_the_network_hears_of_turns_and_the_model_of_maps(model: Autoencoder, network: Layered) -> None:
    output = Perceptual(network)(model, Batch(torch.randn(8, *SHAPE)))
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    alone = torch.autograd.grad(output.adversaries["features"], weights, allow_unused=True, retain_graph=True)
    assert all(gradient is None for gradient in alone)
    output.loss.backward()
    assert (model.posterior.head.weight.grad[:3] != 0).any(1).all()


def test_a_network_that_has_learned_stays_as_it_is(network: Layered) -> None:
    assert Perceptual(network, 0.0).players["features"].learning_rate == 0
    assert Perceptual(network).players["features"].network is network


def test_a_network_that_has_learned_already_is_no_player(model: Autoencoder, tmp_path) -> None:
    weights = {"features.0.weight": torch.randn(4, 3, 3, 3), "features.0.bias": torch.zeros(4)}
    save_file(weights, tmp_path / "vgg.safetensors")
    objective = Perceptual(ConvolutionStack(tmp_path / "vgg.safetensors"))
    assert objective.players == {}
    three = linear_model(NormalLikelihood((3, 5, 5), FixedScale(0.5)), 3)
    seen = forward(three, Batch(torch.rand(4, 3, 5, 5)))
    output = objective.judge(seen, None)
    assert output.adversaries == {}
    (one,), (two,) = (objective.network.maps(x) for x in (seen.batch.x, seen.p_x.mean[0]))
    torch.testing.assert_close(output.terms["perceptual"], 0.5 * (one - two).square().flatten(1).mean(1) * 75)
