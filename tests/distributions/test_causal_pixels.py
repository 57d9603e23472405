"""Pictures whose pixels depend on those before them."""

import math

import pytest
import torch

from autoencode.distributions.causal_pixels import OUTSIDE, windows_at
from autoencode.errors import ArgumentError
from autoencode.likelihoods.causal import CausalLikelihood

pytestmark = pytest.mark.usefixtures("double")


def made(shape, of="bernoulli", **options):
    torch.manual_seed(0)
    likelihood = CausalLikelihood(shape, of, features=3, rows=3, columns=5, hidden=8, **options)
    for parameter in likelihood.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return likelihood.eval()


def all_pictures(shape):
    values = torch.cartesian_prod(*[torch.tensor([0.0, 1.0])] * math.prod(shape))
    return values.reshape(-1, *shape)


@pytest.mark.parametrize("shape", [(1, 3, 3), (2, 2, 2)])
def test_probabilities_of_all_pictures_add_up_to_one_and_are_the_frequencies_of_draws(shape):
    likelihood, features = made(shape), torch.randn(1, 3, *shape[1:])
    x = all_pictures(shape)
    with torch.no_grad():
        probabilities = likelihood(features).log_prob(x).exp()
        draws = likelihood(features).sample((20_000,)).flatten(1)
    assert probabilities.sum().item() == pytest.approx(1, abs=1e-12)
    numbers = (draws @ 2.0 ** torch.arange(draws.shape[1] - 1, -1, -1)).long()
    counts = torch.bincount(numbers, minlength=len(x))
    often = probabilities > 1e-3
    expected = 20_000 * probabilities[often]
    z = (counts[often] - expected) / (expected * (1 - probabilities[often])).sqrt()
    assert z.square().mean().item() == pytest.approx(1, abs=5 * (2 / len(z)) ** 0.5)


def test_a_pixel_depends_on_those_before_it_alone():
    likelihood, features = made((1, 4, 4)), torch.randn(1, 3, 4, 4)
    x = torch.rand(1, 1, 4, 4).round().requires_grad_()
    distribution = likelihood(features)
    (p,) = distribution.at(x, torch.tensor([6]))
    (gradient,) = torch.autograd.grad(p.base_dist.logits.sum(), x)
    assert gradient.flatten()[6:].abs().max() == 0
    assert (gradient.flatten()[:6] != 0).any()


def test_a_channel_depends_on_those_before_it_in_the_same_pixel():
    likelihood, features = made((2, 2, 2)), torch.randn(1, 3, 2, 2)
    x = torch.rand(1, 2, 2, 2).round().requires_grad_()
    for number, p in enumerate(likelihood(features).at(x, torch.tensor([3]))):
        (gradient,) = torch.autograd.grad(p.base_dist.logits.sum(), x, retain_graph=True)
        assert [value != 0 for value in gradient[0, :, 1, 1].tolist()] == [number == 1, False]


def test_some_pixels_give_an_unbiased_estimate():
    likelihood, features = made((1, 4, 4), share=0.25), torch.randn(1, 3, 4, 4)
    with torch.no_grad():
        x = likelihood(features).sample()
        whole = likelihood(features).log_prob(x)
        likelihood.train()
        estimates = torch.stack([likelihood(features).log_prob(x) for _ in range(2000)])
    z = (estimates.mean() - whole.item()) / (estimates.std() / 2000**0.5)
    assert abs(z.item()) < 4
    assert estimates.std() > 0


def test_samples_and_batches_are_leading_axes():
    likelihood, features = made((1, 3, 3)), torch.randn(2, 4, 3, 3, 3)
    x = torch.rand(4, 1, 3, 3).round()
    with torch.no_grad():
        together = likelihood(features).log_prob(x)
        assert together.shape == (2, 4)
        assert torch.allclose(together[1, 2], likelihood(features[1, 2:3]).log_prob(x[2:3])[0])
        assert likelihood(features).mean.shape == (2, 4, 1, 3, 3)


def test_a_window_holds_what_comes_before_its_middle():
    x = torch.arange(20.0).reshape(1, 1, 4, 5)
    (window,) = windows_at(x, torch.tensor([[7]]), 2, 3)
    assert window.tolist() == [1, 2, 3, 6]
    (corner,) = windows_at(x, torch.tensor([[0]]), 2, 3)
    assert corner.tolist() == [OUTSIDE] * 4


def test_wrong_arguments_are_said():
    with pytest.raises(ArgumentError, match="for pictures"):
        CausalLikelihood((5,))
    with pytest.raises(ArgumentError, match="odd number of columns"):
        CausalLikelihood((1, 4, 4), columns=4)


def test_levels_of_the_nearest_pixels_are_looked_up_and_outside_is_a_level_of_its_own():
    network = made((2, 3, 3)).network
    with torch.no_grad():
        for parameter in (*network.from_window.parameters(), *network.from_features.parameters()):
            parameter.zero_()
    x = torch.rand(1, 2, 3, 3).round()
    tables = network.from_levels.weight.view(2, 4, 3, -1)  # channels; left, above, above left and right; 0, 1, outside
    for place, known in ((0, []), (4, [(1, 0), (0, 1), (0, 0), (0, 2)])):
        windows = windows_at(x, torch.tensor([[place]]), network.rows, network.columns)
        wanted = sum(
            tables[channel, number, int(x[0, channel, y, left]) if known else 2]
            for channel in range(2)
            for number, (y, left) in enumerate(known or [(0, 0)] * 4)
        )
        torch.testing.assert_close(network._from_levels(windows)[0], wanted)
