import torch

from autoencode.data import Batch

META = torch.device("meta")


def test_moving_keeps_that_the_target_is_the_input():
    moved = Batch(torch.zeros(2, 3)).to(META)
    assert moved.target is moved.x
    assert moved.x.device == META
    assert moved.context is None


def test_moving_takes_target_and_context_along():
    moved = Batch(torch.zeros(2, 3), torch.ones(2, 3), torch.ones(2)).to(META)
    assert moved.target is not moved.x
    assert (moved.target.device, moved.context.device) == (META, META)
