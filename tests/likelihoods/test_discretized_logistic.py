import math

import torch

from autoencode.likelihoods import DiscretizedLogisticLikelihood


def test_features_are_locations_then_scales_by_channel() -> None:
    likelihood = DiscretizedLogisticLikelihood((3, 2, 2))
    features = torch.arange(6.0)[None, :, None, None].expand(5, 6, 2, 2) / 10
    inner = likelihood(features).base_dist
    assert torch.allclose(inner.loc[0, :, 0, 0], torch.tensor([0.5, 0.6, 0.7]))
    assert torch.allclose(inner.log_scale[0, :, 0, 0], torch.tensor([-1.7, -1.6, -1.5]))


def test_the_scale_has_a_floor_of_a_quarter_of_a_level() -> None:
    features = torch.full((1, 2), -100.0)
    inner = DiscretizedLogisticLikelihood((1,))(features).base_dist
    assert inner.log_scale.item() == -7
    assert 0.2 < 255 * math.exp(-7) < 0.3
