"""Damage of other strengths."""

import pytest
import torch

from autoencode.corruptions import StrengthJitter
from autoencode.data import Batch
from autoencode.errors import ArgumentError


def pairs(n: int = 2000) -> Batch:
    target = torch.full((n, 1, 2, 2), 0.9, dtype=torch.float64)
    return Batch(target - torch.tensor([0.1, 0.2, 0.3, 0.0], dtype=torch.float64).view(1, 1, 2, 2), target)


def test_each_example_has_one_factor_of_its_own() -> None:
    torch.manual_seed(0)
    shown = StrengthJitter(0.5)(pairs())
    factors = (shown.target - shown.x).flatten(1) / (pairs().target - pairs().x).flatten(1)
    assert (factors[:, :3] - factors[:, :1]).abs().max() < 1e-9
    assert factors[:, 0].unique().numel() == 2000


def test_factors_are_even_round_one() -> None:
    torch.manual_seed(0)
    shown = StrengthJitter(0.5)(pairs())
    factor = (shown.target - shown.x)[:, 0, 0, 0] / 0.1
    assert 0.5 <= float(factor.min()) < 0.51
    assert 1.49 < float(factor.max()) <= 1.5
    assert abs(float(factor.mean()) - 1) < 4 * (1 / 12 / 2000) ** 0.5


def test_targets_and_sound_values_stay() -> None:
    torch.manual_seed(0)
    shown = StrengthJitter(1.0)(pairs())
    assert shown.target.equal(pairs().target)
    assert shown.x[:, 0, 1, 1].equal(pairs().target[:, 0, 1, 1])


def test_values_stay_between_black_and_white() -> None:
    torch.manual_seed(0)
    target = torch.ones(500, 1, 1, 2)
    shown = StrengthJitter(1.0)(Batch(torch.tensor([0.2, 0.9]).expand(500, 1, 1, 2), target))
    assert float(shown.x.min()) == 0.0
    assert float(shown.x.max()) <= 1.0


def test_zero_leaves_the_batch_and_draws_nothing() -> None:
    torch.manual_seed(0)
    before, batch = torch.get_rng_state(), pairs(3)
    assert StrengthJitter(0.0)(batch) is batch
    assert torch.get_rng_state().equal(before)


@pytest.mark.parametrize("jitter", [-0.1, 1.1, float("nan")])
def test_other_numbers_are_refused(jitter: float) -> None:
    with pytest.raises(ArgumentError, match="from 0 to 1"):
        StrengthJitter(jitter)
