"""One class for each pixel, against PyTorch's own categorical distribution."""

import itertools

import pytest
import torch
from torch.distributions import Independent, OneHotCategorical

from autoencode.distributions import PixelClasses

pytestmark = pytest.mark.usefixtures("double")


@pytest.fixture
def logits():
    return 2 * torch.randn(3, 5, 4, 6, 7)  # samples, batch, classes, height, width


@pytest.fixture
def peer(logits):
    return Independent(OneHotCategorical(logits=logits.movedim(-3, -1)), 2)


def test_shapes_and_moments_are_those_of_a_categorical_distribution(logits, peer):
    p = PixelClasses(logits)
    assert (p.batch_shape, p.event_shape) == ((3, 5), (4, 6, 7))
    assert torch.allclose(p.mean, peer.mean.movedim(-1, -3))
    assert torch.allclose(p.variance, peer.variance.movedim(-1, -3))
    assert torch.allclose(p.entropy(), peer.entropy())


def test_log_probabilities_are_those_of_a_categorical_distribution(logits, peer):
    mask = peer.sample()
    assert torch.allclose(PixelClasses(logits).log_prob(mask.movedim(-1, -3)), peer.log_prob(mask))


def test_masks_of_all_kinds_have_probability_one_together():
    p, total = PixelClasses(torch.randn(3, 1, 2)), torch.zeros(())
    for first, second in itertools.product(range(3), repeat=2):
        mask = torch.zeros(3, 1, 2)
        mask[first, 0, 0] = mask[second, 0, 1] = 1
        total += p.log_prob(mask).exp()
    assert total == pytest.approx(1.0)


def test_pixels_of_no_known_class_add_nothing(logits):
    mask = PixelClasses(logits).sample()
    half = mask.clone()
    half[..., 3:] = 0
    alone = PixelClasses(logits[..., :3]).log_prob(mask[..., :3])
    assert torch.allclose(PixelClasses(logits).log_prob(half), alone)


def test_samples_are_masks_as_often_as_their_classes_are_probable():
    p = PixelClasses(torch.tensor([0.2, 0.3, 0.5]).log().reshape(3, 1, 1).expand(3, 40, 50))
    drawn = p.sample((10,))
    assert drawn.shape == (10, 3, 40, 50)
    assert (drawn.sum(1) == 1).all()
    share, n = drawn.mean((0, 2, 3)), 10 * 40 * 50
    assert ((share - torch.tensor([0.2, 0.3, 0.5])).abs() < 5 * (0.25 / n) ** 0.5).all()


def test_the_mode_is_the_most_probable_class(logits):
    p = PixelClasses(logits)
    assert torch.equal(p.mode.argmax(-3), p.mean.argmax(-3))
    assert (p.mode.sum(-3) == 1).all()
