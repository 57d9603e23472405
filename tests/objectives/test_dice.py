"""The soft Dice loss, against areas counted by hand."""

import pytest
import torch

from autoencode.data import Batch
from autoencode.objectives import DiceLoss, forward_pass
from autoencode.objectives.dice import soft_dice_loss
from autoencode.recipes import segmenter

pytestmark = pytest.mark.usefixtures("double")


def planes(*rows):
    """A mask of one row for each example, (n, 2, 1, width); None where the class is not known."""
    classes = torch.tensor([[-1 if one is None else one for one in row] for row in rows])
    return torch.stack([(classes == number).double() for number in (0, 1)], 1)[:, :, None]


def test_of_certain_masks_it_is_one_minus_the_overlap_over_the_mean_area():
    found, true = planes([0, 0, 1, 1]), planes([0, 1, 1, 1])
    # background: overlap 1, areas 2 and 1; class 1: overlap 2, areas 2 and 3; one pixel is added to each
    expected = 1 - ((2 * 1 + 1) / (2 + 1 + 1) + (2 * 2 + 1) / (2 + 3 + 1)) / 2
    assert soft_dice_loss(found, true).item() == pytest.approx(expected)


def test_areas_are_those_of_all_pictures_of_a_batch():
    found, true = planes([0, 0], [0, 1]), planes([0, 0], [1, 1])
    expected = 1 - ((2 * 2 + 1) / (3 + 2 + 1) + (2 * 1 + 1) / (1 + 2 + 1)) / 2
    assert soft_dice_loss(found, true).item() == pytest.approx(expected)


def test_pixels_of_no_known_class_change_nothing():
    found, true = planes([0, 0, 1, 1, 0, 1]), planes([0, 1, 1, 1, None, None])
    assert soft_dice_loss(found, true) == soft_dice_loss(found[..., :4], true[..., :4])


def test_a_class_that_is_nowhere_costs_nothing():
    only = planes([0, 0, 0])
    assert soft_dice_loss(only, only) == 0


def test_the_objective_weighs_probabilities_and_leads_towards_the_mask():
    model, _ = segmenter((1, 8, 8), widths=(4, 8))
    model.double()
    mask = torch.zeros(2, 2, 8, 8)
    mask[:, 1] = 1
    fwd = forward_pass(model, Batch(torch.rand(2, 1, 8, 8), mask))
    output = DiceLoss().evaluate(fwd, None)
    n = 2 * 64  # a fresh model gives each class one half everywhere
    expected = 1 - (1 / (n / 2 + 1) + (n + 1) / (1.5 * n + 1)) / 2
    assert output.loss.item() == pytest.approx(expected)
    assert output.terms["dice_loss"].shape == (2,)
    output.loss.backward()
    bias = next(weight for name, weight in reversed(list(model.named_parameters())) if name.endswith("bias"))
    per_class = bias.grad.reshape(2, 4).sum(1)  # the pixel shuffle takes four channels for each class
    assert per_class[0] > 0 > per_class[1]
