import pytest
import torch

from autoencode.corruptions import RegionMask
from autoencode.data.batch import Batch


@pytest.mark.parametrize("share", [0.02, 0.15, 0.4])
@pytest.mark.parametrize("size", [(64, 64), (40, 90)])
def test_the_share_is_missing(share: float, size: tuple[int, int]) -> None:
    x = torch.rand(100, 2, *size)
    missing = (RegionMask(share)(Batch(x)).x != x).any(1).double().mean((1, 2))
    assert missing.mean() == pytest.approx(share, rel=0.03)
    assert missing.min() > 0.8 * share
    assert missing.max() < 1.2 * share


def test_of_a_range_each_picture_misses_its_own_share() -> None:
    x = torch.rand(300, 1, 48, 48)
    missing = (RegionMask((0.1, 0.5))(Batch(x)).x != x).double().mean((1, 2, 3))
    assert missing.min() < 0.13
    assert missing.max() > 0.45
    assert missing.mean() == pytest.approx(0.3, abs=0.03)


def test_pieces_are_of_one_colour_for_each_picture_black_white_or_any() -> None:
    x = torch.rand(300, 3, 24, 24).clamp(0.01, 0.99)
    y = RegionMask(0.3)(Batch(x)).x
    missing = (y != x).all(1)
    assert torch.equal(missing, (y != x).any(1))
    colours = torch.stack([picture[:, gone][:, 0] for picture, gone in zip(y, missing, strict=True)])
    for picture, gone, colour in zip(y, missing, colours, strict=True):
        assert (picture[:, gone] == colour[:, None]).all()
    black, white = (colours == 0).all(1).double().mean(), (colours == 1).all(1).double().mean()
    assert 0.2 < black < 0.47  # a third, give or take 5 standard errors
    assert 0.2 < white < 0.47
    others = colours[(colours > 0).any(1) & (colours < 1).any(1)]
    assert (others.std(1) > 0.01).all()


def test_pieces_are_pieces_and_no_dust() -> None:
    x = torch.zeros(50, 1, 64, 64)
    x[:] = 0.5
    gone = (RegionMask(0.2)(Batch(x)).x != x)[:, 0]
    alone = gone[:, 1:-1, 1:-1] & ~(gone[:, :-2, 1:-1] | gone[:, 2:, 1:-1] | gone[:, 1:-1, :-2] | gone[:, 1:-1, 2:])
    assert alone.sum() < 0.01 * gone.sum()
