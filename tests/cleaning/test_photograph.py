"""Photographs through a network: the correction at their own size, in part, or not at all."""

import numpy as np
import pytest

from autoencode.cleaning.network import UNet
from autoencode.cleaning.photograph import clean_photograph


class Brighter(UNet):
    """In place of a network: adds a number to all pixels of a corner, or to all."""

    def __init__(self, amount: float, corner: int | None = None) -> None:
        self.amount, self.corner = amount, corner

    def tiled(self, x):
        y = x.copy()
        y[:, : self.corner, : self.corner] += np.float32(self.amount)
        return y


@pytest.fixture
def photograph():
    return np.random.default_rng(0).integers(30, 180, (64, 80, 3)).astype(np.uint8)


def test_the_correction_is_added_as_far_as_is_wanted(photograph):
    whole = clean_photograph(Brighter(0.2), photograph)
    assert whole.reason is None
    assert (whole.pixels == photograph + 51).all()
    half = clean_photograph(Brighter(0.2), photograph, 0.5)
    assert (np.abs(half.pixels - (photograph + 25.5)) <= 0.5).all()
    assert (clean_photograph(Brighter(0.2), photograph, 0.0).pixels == photograph).all()


def test_values_stay_within_black_and_white(photograph):
    assert (clean_photograph(Brighter(5.0), photograph).pixels == 255).all()
    assert (clean_photograph(Brighter(-5.0), photograph).pixels == 0).all()


def test_grey_photographs_stay_grey(photograph):
    grey = photograph[..., 0]
    assert (clean_photograph(Brighter(0.2), grey).pixels == grey + 51).all()


def test_where_nothing_is_found_it_is_left_as_it_was(photograph):
    left = clean_photograph(Brighter(0.0008), photograph)
    assert left.reason == "hardly anything was found in it to remove"
    assert (left.pixels == photograph).all()
    assert (clean_photograph(Brighter(0.005), photograph, check=False).pixels == photograph + 1).all()


@pytest.mark.parametrize("corner", [16, 48])
def test_texture_in_some_places_is_no_noise(photograph, corner):
    assert clean_photograph(Brighter(0.1, corner=corner), photograph).reason is not None


def test_noise_is_removed_though_a_few_places_have_none(photograph):
    assert clean_photograph(Brighter(0.1, corner=64), photograph).reason is None


class Leftmost(UNet):
    """In place of a network: brightens the left column alone, so that orientations differ."""

    def __init__(self) -> None:
        pass

    def tiled(self, x):
        y = x.copy()
        y[:, :, 0] += np.float32(0.4)
        return y


def test_the_ensemble_is_the_mean_over_eight_orientations(photograph):
    square = photograph[:64, :64]
    cleaned = clean_photograph(Leftmost(), square, ensemble=True)
    change = cleaned.pixels.astype(int) - square
    assert (change[1:-1, 1:-1] == 0).all()
    for edge in (change[1:-1, 0], change[1:-1, -1], change[0, 1:-1], change[-1, 1:-1]):
        assert np.abs(edge - 0.1 * 255).max() <= 1  # two of eight orientations
