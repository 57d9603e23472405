"""The likelihood of the frames that come next."""

import math

import pytest
import torch

from autoencode.errors import DataError
from autoencode.likelihoods import FutureLikelihood, LogProbKind

pytestmark = pytest.mark.usefixtures("double")


def test_it_is_about_other_frames_than_the_example_has():
    likelihood = FutureLikelihood((6, 4, 5), 9)
    assert (likelihood.data_shape, likelihood.features_shape) == ((6, 4, 5), (9, 4, 5))
    assert likelihood(torch.zeros(7, 2, 9, 4, 5)).batch_shape == (7, 2)
    assert likelihood.log_prob_kind(torch.zeros(1, 9, 4, 5)) is LogProbKind.DENSITY


def test_the_scale_follows_the_residuals_and_the_density_is_a_normal_s():
    likelihood = FutureLikelihood((1, 4, 5), 2)
    features, target = torch.zeros(3, 2, 4, 5), torch.full((3, 2, 4, 5), 0.3)
    likelihood.adapt(features, target)
    assert likelihood.scale().item() == pytest.approx(0.3)
    expected = -40 * (0.5 + math.log(0.3) + 0.5 * math.log(2 * math.pi))
    torch.testing.assert_close(likelihood(features).log_prob(target), torch.full((3,), expected))


def test_another_number_of_frames_is_an_error_that_says_what_to_give():
    with pytest.raises(DataError, match=r"shape \(2, 4, 5\), not \(1, 4, 5\): give a folder of frames"):
        FutureLikelihood((1, 4, 5), 2).check(torch.zeros(1, 1, 4, 5))
