import numpy as np
import pytest
import torch

from autoencode.errors import ShapeError
from autoencode.views.figures import pairs


def test_each_reconstruction_lies_straight_below_its_original():
    originals = torch.arange(5.0).view(5, 1, 1, 1).expand(5, 1, 4, 6) / 255
    sheet = np.array(pairs(originals, originals + 100 / 255, columns=3, scale=1))
    values, alpha = sheet[..., 0], sheet[..., 1]
    for i in range(5):
        x, y = i % 3 * (6 + 4), i // 3 * (4 + 4 + 4 + 20)
        assert (values[y : y + 4, x : x + 6] == i).all()
        assert (values[y + 8 : y + 12, x : x + 6] == 100 + i).all()
    assert not alpha[4:8].any()
    assert not alpha[12:32].any()
    assert sheet.shape == (12 + 20 + 12, 3 * 6 + 2 * 4, 2)


def test_fewer_pairs_than_columns_make_a_narrow_picture():
    x = torch.rand(2, 3, 8, 8)
    assert pairs(x, x, columns=10, scale=1).size == (2 * 8 + 4, 2 * 8 + 4)


def test_other_shapes_are_refused():
    with pytest.raises(ShapeError, match="must have one shape"):
        pairs.__wrapped__(torch.rand(4, 1, 8, 8), torch.rand(3, 1, 8, 8))
