"""What happens to paper and photographs: bounds, colours and sizes that each kind keeps."""

import pytest
import torch
from torch import Tensor

from autoencode.corruptions import Crease, Scratch, Shadow, Stain
from autoencode.data.batch import Batch
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")


def white(batch: int, channels: int = 1, height: int = 48, width: int = 64) -> Tensor:
    return torch.ones(batch, channels, height, width)


# Stains ------------------------------------------------------------------------------------------------------------


def test_stains_only_darken_and_what_is_below_shines_through() -> None:
    x = torch.rand(40, 1, 48, 64)
    torch.manual_seed(1)
    over_print = Stain(0.8)(Batch(x)).x
    torch.manual_seed(1)
    over_white = Stain(0.8)(Batch(torch.ones_like(x))).x
    assert torch.allclose(over_print, x * over_white)
    assert over_white.max() <= 1
    assert over_white.min() > 0


def test_one_stain_swallows_no_more_than_its_amount() -> None:
    for amount in (0.2, 0.7):
        x = Stain(amount)(Batch(white(200))).x
        assert x.min() >= (1 - 0.98 * amount) ** 3 - 1e-9  # where three stains lie over each other
        darkest = 1 - x.flatten(1).min(1).values
        assert darkest.max() > 0.8 * amount


def test_stains_cover_a_part_of_every_picture_or_nearly() -> None:
    covered = (Stain(0.9)(Batch(white(200))).x < 0.9).double().mean((1, 2, 3))
    assert (covered > 0).double().mean() > 0.9
    assert 0.03 < covered.mean() < 0.3


def test_coffee_is_brown_and_grey_pictures_stay_grey() -> None:
    x = Stain(0.6)(Batch(white(120, channels=3))).x
    red, green, blue = x.movedim(1, -1)[(x < 0.95).any(1)].mean(0)
    assert red > green + 0.02
    assert green > blue + 0.02
    grey = Stain(0.6)(Batch(white(20, channels=4))).x
    assert torch.equal(grey[:, :1].expand_as(grey), grey)


def test_rings_are_hollow() -> None:
    """Of stains with one dark edge, the middle is light: rings are more than blots."""
    x = Stain(0.8)(Batch(white(80, height=64, width=64))).x[:, 0]
    dark = 1 - x
    faint = ((dark > 0.01) & (dark < 0.2)).double().mean()
    dense = (dark > 0.4).double().mean()
    assert faint > dense


# Creases -----------------------------------------------------------------------------------------------------------


def test_creases_darken_white_paper_a_little_and_lighten_none() -> None:
    x = Crease(1.0)(Batch(white(100))).x
    assert x.max() <= 1
    assert x.min() >= 1 - 0.1 - 0.35
    assert 0.03 < (1 - x).mean() < 0.2


def test_worn_creases_are_light_on_dark_print() -> None:
    x = Crease(1.0)(Batch(torch.zeros(100, 1, 64, 64))).x
    assert x.min() == 0
    assert 0.4 < x.max() <= 0.97
    worn = (x > 0.1).double().mean((1, 2, 3))
    assert (worn > 0).double().mean() > 0.9
    assert worn.mean() < 0.2  # lines, not areas


def test_folds_cross_the_sheet() -> None:
    """A straight fold leaves its line in nearly all rows or nearly all columns."""
    lit = (Crease(1.0)(Batch(torch.zeros(60, 1, 64, 64))).x > 0.02)[:, 0]
    rows, columns = lit.any(2).double().mean(1), lit.any(1).double().mean(1)
    assert (torch.maximum(rows, columns) > 0.6).double().mean() > 0.9


# Scratches ---------------------------------------------------------------------------------------------------------


def test_scratches_have_their_number_on_average() -> None:
    """Covered area grows in proportion; a fraction is the chance of one more."""

    def covered(amount: float) -> Tensor:
        return (Scratch(amount)(Batch(torch.full((600, 1, 32, 32), 0.5))).x != 0.5).double().mean((1, 2, 3))

    one, half, four = covered(1.0), covered(0.5), covered(4.0)
    assert (half == 0).double().mean() > 0.4
    assert half.mean() == pytest.approx(one.mean().item() / 2, rel=0.2)
    assert four.mean() == pytest.approx(4 * one.mean().item(), rel=0.1)


def test_scratches_are_thin_and_mostly_light() -> None:
    x = Scratch(5.0)(Batch(torch.full((120, 1, 64, 64), 0.5))).x
    touched = x != 0.5
    assert 0.005 < touched.double().mean() < 0.08
    light = (x > 0.5).double().sum() / touched.sum()
    assert 0.65 < light < 0.85
    assert x.min() >= 0
    assert x.max() <= 1


# Shadows -----------------------------------------------------------------------------------------------------------


def test_a_shadow_scales_the_picture_and_leaves_some_of_its_light() -> None:
    x = torch.rand(50, 3, 40, 40)
    torch.manual_seed(1)
    dark = Shadow(0.6)(Batch(x)).x
    torch.manual_seed(1)
    light = Shadow(0.6)(Batch(torch.ones_like(x))).x
    assert torch.allclose(dark, x * light)
    assert light.max() <= 1
    assert light.min() >= 0.4
    assert torch.equal(light[:, 0], light[:, 2])


def test_light_is_smooth_but_for_the_edge_of_a_shadow() -> None:
    light = Shadow(1.0)(Batch(white(100, height=96, width=96))).x
    steps = (light[..., 1:] - light[..., :-1]).abs()
    assert (steps < 0.02).double().mean() > 0.95
    assert steps.max() < 0.35


def test_the_far_side_is_on_any_side() -> None:
    light = Shadow(1.0)(Batch(white(400))).x
    assert_mean(light[..., :10].mean((1, 2, 3)) - light[..., -10:].mean((1, 2, 3)), 0.0)
    assert_mean(light[..., :10, :].mean((1, 2, 3)) - light[..., -10:, :].mean((1, 2, 3)), 0.0)
