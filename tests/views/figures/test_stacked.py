import numpy as np
import pytest
import torch

from autoencode.errors import ShapeError
from autoencode.views.figures import stacked


def test_pictures_of_one_example_lie_below_each_other():
    x = torch.arange(5.0).view(5, 1, 1, 1).expand(5, 1, 4, 6) / 255
    sheet = np.array(stacked([x, x + 50 / 255, x + 100 / 255], columns=3, scale=1))
    values = sheet[..., 0]
    for i in range(5):
        left, top = i % 3 * (6 + 4), i // 3 * (3 * 4 + 2 * 4 + 20)
        for row in range(3):
            y = top + row * (4 + 4)
            assert (values[y : y + 4, left : left + 6] == 50 * row + i).all()
    assert sheet.shape == (20 + 20 + 20, 3 * 6 + 2 * 4, 2)


def test_other_shapes_are_refused():
    with pytest.raises(ShapeError, match="must have one shape"):
        stacked([torch.rand(4, 1, 8, 8), torch.rand(3, 1, 8, 8)])
