"""The augmentation that suits a data set."""

import torch

from autoencode.data import Subset
from autoencode.training.choose_augmentation import choose_augmentation


def arrows(n=80):
    """Wedges of several sizes and brightnesses that all point to the right, at one place."""
    torch.manual_seed(0)
    y, x = torch.meshgrid(torch.arange(32.0), torch.arange(32.0), indexing="ij")
    lengths = 8 + 16 * torch.rand(n, 1, 1)
    wedge = ((y - 16).abs() < (lengths - x) / 2).float()
    return Subset((wedge * (0.5 + 0.5 * torch.rand(n, 1, 1)))[:, None])


def clouds(n=80):
    """Smooth noise, which looks alike everywhere and in every direction."""
    torch.manual_seed(0)
    noise = torch.randn(n, 1, 48, 48)
    smooth = torch.nn.functional.avg_pool2d(noise, 7, 1)[:, :, 4:36, 4:36]
    return Subset((0.5 + smooth).clamp(0, 1))


def test_pictures_that_point_one_way_are_not_changed():
    found = choose_augmentation(arrows())
    assert not found.mirror
    assert not found.shift


def test_textures_take_all():
    found = choose_augmentation(clouds())
    assert found.mirror
    assert found.flip
    assert found.shift


def test_it_draws_from_generators_of_its_own():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    assert choose_augmentation(clouds()) == choose_augmentation(clouds())
    some = Subset(torch.linspace(0, 1, 1_920).reshape(30, 1, 8, 8))
    torch.manual_seed(3)
    choose_augmentation(some)
    assert torch.equal(before, torch.get_rng_state())


def test_a_handful_of_pictures_is_left_alone():
    assert str(choose_augmentation(Subset(torch.rand(3, 1, 8, 8)))) == "none"


def test_sounds_are_stretched_and_shifted_alone():
    found = choose_augmentation(clouds(), mirrored=False, stretched=True)
    assert found.suits_sounds
    assert found.stretch
    assert not choose_augmentation(clouds()).stretch
