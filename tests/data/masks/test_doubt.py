"""The entropy of the class of each pixel."""

import torch

from autoencode.data.masks.doubt import doubt


def test_it_is_a_share_of_the_largest_entropy_and_zero_where_sure():
    p = torch.tensor([[1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3], [0.5, 0.5, 0.0]]).T[:, None]
    found = doubt(p)[0]
    torch.testing.assert_close(found, torch.tensor([0.0, 1.0, 0.6309298]))
