from dataclasses import FrozenInstanceError

import pytest
import torch

from autoencode.data.batch import Batch

META = torch.device("meta")


def test_the_target_is_x_unless_given() -> None:
    x, target = torch.rand(4, 3), torch.rand(4, 3)
    assert Batch(x).target is x
    assert Batch(x, target).target is target
    assert Batch(x).context is None
    assert len(Batch(x)) == 4


def test_moving_keeps_target_is_x() -> None:
    moved = Batch(torch.rand(4, 3)).to(META)
    assert moved.x.device == META
    assert moved.target is moved.x


def test_moving_takes_all_along() -> None:
    moved = Batch(torch.rand(4, 3), torch.rand(4, 3), torch.rand(4, 2)).to(META)
    assert moved.target is not moved.x
    assert {moved.x.device, moved.target.device, moved.context.device} == {META}


def test_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Batch(torch.rand(4, 3)).x = torch.rand(4, 3)
