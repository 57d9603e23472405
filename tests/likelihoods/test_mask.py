"""The likelihood of masks."""

import pytest
import torch

from autoencode.errors import DataError
from autoencode.likelihoods import LogProbKind, MaskLikelihood


def test_features_are_a_logit_for_each_class_and_pixel_whatever_the_picture_s_colours():
    likelihood = MaskLikelihood((3, 4, 5), 2)
    assert (likelihood.data_shape, likelihood.features_shape) == ((3, 4, 5), (2, 4, 5))
    assert likelihood(torch.zeros(7, 2, 4, 5)).mean.eq(0.5).all()
    assert likelihood.log_prob_kind(torch.zeros(1, 2, 4, 5)) is LogProbKind.MASS


def test_masks_may_be_known_in_part():
    mask = torch.zeros(1, 2, 4, 5)
    MaskLikelihood((1, 4, 5), 2).check(mask)
    mask[:, 1, 0] = 1
    MaskLikelihood((1, 4, 5), 2).check(mask)


def test_a_picture_in_place_of_a_mask_is_an_error_that_names_the_option():
    with pytest.raises(DataError, match=r"2 classes learns from masks of shape \(2, 4, 5\), not \(1, 4, 5\).*--target"):
        MaskLikelihood((1, 4, 5), 2).check(torch.zeros(1, 1, 4, 5))


@pytest.mark.parametrize("values", [(0.5, 0.5), (1.0, 1.0), (-1.0, 1.0)])
def test_other_values_than_one_class_for_each_pixel_are_an_error(values):
    mask = torch.tensor(values)[None, :, None, None].expand(1, 2, 4, 5)
    with pytest.raises(DataError, match="one class for each pixel"):
        MaskLikelihood((1, 4, 5), 2).check(mask)
