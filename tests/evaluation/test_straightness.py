import math

import pytest
import torch

from autoencode.errors import ArgumentError
from autoencode.evaluation import straightness
from autoencode.evaluation.straightness import length_ratios

pytestmark = pytest.mark.usefixtures("double")


def test_a_linear_decoder_is_straight():
    matrix = torch.randn(11, 3)
    found = straightness(lambda z: z @ matrix.T, torch.randn(40, 3))
    assert found.value == pytest.approx(1)
    assert found.n == 20


def circle(z):
    return torch.cat([z.cos(), z.sin()], dim=1)


def test_half_a_circle_has_the_length_of_its_polygon():
    found = length_ratios(circle, torch.tensor([[0.0], [math.pi]]), steps=16)
    assert found.item() == pytest.approx(16 * math.sin(math.pi / 32))
    assert length_ratios(circle, torch.tensor([[0.0], [math.pi]]), steps=1000).item() == pytest.approx(
        math.pi / 2, rel=1e-6
    )


def test_there_and_back_is_left_out():
    codes = torch.tensor([[0.0], [2 * math.pi], [0.0], [math.pi]])
    found = [length_ratios(circle, codes, steps=64, seed=seed) for seed in range(20)]
    assert all(bool((each > 1).all() and each.isfinite().all()) for each in found)


def test_every_code_is_in_one_pair_at_most():
    starts = []
    length_ratios(lambda z: starts.append(z) or z, torch.arange(10.0)[:, None], steps=1)
    assert sorted(torch.cat([starts[0], starts[-1]]).flatten().tolist()) == list(range(10))


def test_nothing_to_measure():
    with pytest.raises(ArgumentError, match="at least two codes"):
        straightness(lambda z: z, torch.zeros(1, 2))
    with pytest.raises(ArgumentError, match="same picture"):
        straightness(torch.zeros_like, torch.randn(10, 2))
