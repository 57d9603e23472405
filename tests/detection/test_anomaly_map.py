"""Maps of defects, and the score of a picture."""

import numpy as np
import pytest
import torch

from autoencode.detection.anomaly_map import AnomalyMap, picture_score, to_channels
from autoencode.errors import ArgumentError
from autoencode.runtime.reporter import Reporter


def stripes(height, width, seed=0):
    noise = torch.rand(1, height, width, generator=torch.Generator().manual_seed(seed))
    return (120 + 60 * torch.sin(torch.arange(width) / 2) + 20 * noise).to(torch.uint8)


@pytest.fixture(scope="module")
def trained():
    return AnomalyMap.fit([stripes(96, 128)], steps=70, seed=0, reporter=Reporter())


def test_it_finds_what_was_never_painted_in_training(trained):
    picture = stripes(96, 96, seed=1)
    good = trained(picture)
    picture[:, 40:60, 40:60] = picture[:, 40:60, 40:60].mT.clone()  # stripes across
    found = trained(picture)
    assert found.shape == (96, 96)
    assert picture_score(found) > picture_score(good) + 0.2
    assert found[44:56, 44:56].mean() > max(found[:30].mean(), found[:, 70:].mean()) + 0.2


def test_tiles_give_the_map_of_the_whole(trained):
    picture = stripes(330, 410, seed=2)
    whole = trained(picture, tile=1024)
    assert torch.allclose(trained(picture, tile=200), whole, atol=1e-4)
    assert float(whole.std()) > 0.05
    with pytest.raises(ArgumentError, match="a tile has 168 pixels or more, not 100"):
        trained(picture, tile=100)


@pytest.mark.parametrize("size", [(1, 1), (5, 40), (17, 33)])
def test_pictures_of_any_size(trained, size):
    found = trained(stripes(*size))
    assert found.shape == size
    assert bool(found.isfinite().all())


def test_the_seed_decides_and_the_process_keeps_its_own():
    before = torch.random.get_rng_state()
    one, same, other = (AnomalyMap.fit([stripes(70, 70)], steps=2, seed=s, reporter=Reporter()) for s in (0, 0, 1))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.equal(one(stripes(40, 40)), same(stripes(40, 40)))
    assert not torch.equal(one(stripes(40, 40)), other(stripes(40, 40)))


def test_pictures_of_one_value_are_learned():
    found = AnomalyMap.fit([torch.full((3, 64, 64), 200, dtype=torch.uint8)], steps=2, seed=0, reporter=Reporter())
    assert bool(found(torch.zeros(3, 32, 32, dtype=torch.uint8)).isfinite().all())


def test_the_score_is_the_mean_of_the_160_highest_pixels():
    found = torch.arange(400.0).view(20, 20)
    assert picture_score(found) == np.arange(240, 400).mean()
    assert picture_score(found[:2]) == found[:2].mean()


def test_grey_and_colour():
    colour = np.zeros((3, 2, 2), dtype=np.uint8)
    colour[1] = 100
    assert to_channels(colour, 1).tolist() == [[[59, 59], [59, 59]]]
    assert torch.equal(to_channels(colour[1:2], 3), torch.full((3, 2, 2), 100, dtype=torch.uint8))
    assert np.array_equal(to_channels(colour, 3).numpy(), colour)
