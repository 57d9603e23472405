import pytest
import torch

from autoencode.errors import ArgumentError
from autoencode.priors import AttributePrior


def test_each_attribute_has_a_block_and_each_value_a_normal() -> None:
    prior = AttributePrior([3, 2], 2, 4)
    p = prior()
    assert p.event_shape == (8,)
    assert [tuple(block.loc.shape) for block in p.blocks] == [(3, 2), (2, 2)]
    p.log_prob(torch.randn(5, 8)).sum().backward()
    assert all(part.grad is not None and part.grad.any() for part in prior.parameters())


def test_a_class_is_the_only_attribute() -> None:
    prior = AttributePrior([3], 2, 1)
    z = torch.randn(2, 4, 3)
    found = prior.with_context(z, torch.tensor([0, -1, 2, -1]))
    assert (found[:, [0, 2], :2] != z[:, [0, 2], :2]).all()
    assert torch.equal(found[:, [1, 3]], z[:, [1, 3]])
    assert torch.equal(found[..., 2], z[..., 2])


@pytest.mark.parametrize(
    "context", [torch.tensor([[0, 2]]), torch.tensor([[0, 1, 1]]), torch.tensor([0]), torch.rand(1, 2)]
)
def test_contexts_that_are_no_values(context: torch.Tensor) -> None:
    with pytest.raises(ArgumentError, match=r"for each of 2 attributes, of \[3, 2\] values"):
        AttributePrior([3, 2], 2, 4).with_context(torch.randn(1, 1, 8), context)
