import pytest
import torch

from autoencode.corruptions import RandomClean
from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError


def test_whole_examples_become_their_targets_at_the_given_rate() -> None:
    torch.manual_seed(0)
    n = 4000
    batch = Batch(torch.zeros(n, 1, 3, 2), torch.ones(n, 1, 3, 2))
    shown = RandomClean(0.2)(batch)
    assert shown.target is batch.target
    each = shown.x.flatten(1)
    assert torch.equal(each.amin(1), each.amax(1))
    assert abs(float(each[:, 0].mean()) - 0.2) < 4.5 * (0.2 * 0.8 / n) ** 0.5
    assert float(batch.x.max()) == 0


def test_vectors_as_well() -> None:
    batch = Batch(torch.zeros(4, 3), torch.ones(4, 3))
    assert torch.equal(RandomClean(1.0)(batch).x, batch.target)
    assert torch.equal(RandomClean(0.0)(batch).x, batch.x)


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_is_from_0_to_1(share: float) -> None:
    with pytest.raises(ArgumentError, match=r"the probability .* is from 0 to 1"):
        RandomClean(share)
