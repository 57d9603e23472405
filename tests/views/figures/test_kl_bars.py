import pytest
import torch

from autoencode.errors import ShapeError
from autoencode.views.figures import kl_bars, png, svg


def test_bars_fall_and_those_in_use_stand_out():
    figure = kl_bars(torch.tensor([0.001, 2.0, 0.0, 0.5]))
    bars = figure.axes[0].patches
    assert [bar.get_height() for bar in bars] == pytest.approx([2.0, 0.5, 0.001, 0.0])
    assert bars[0].get_facecolor() == bars[1].get_facecolor() != bars[2].get_facecolor() == bars[3].get_facecolor()
    assert "2 of 4 latent dimensions have over 0.01 nats" in svg(figure)


@pytest.mark.parametrize("n", [1, 16, 17, 500])
def test_any_number_of_dimensions_is_drawn(n):
    assert png(kl_bars(torch.rand(n)))


def test_all_zeros_are_drawn():
    assert "0 of 3" in svg(kl_bars(torch.zeros(3)))


def test_none_is_refused():
    with pytest.raises(ShapeError, match="must be of shape"):
        kl_bars(torch.zeros(0))
