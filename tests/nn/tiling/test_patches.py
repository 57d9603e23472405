import numpy as np
import pytest
import torch

from autoencode.nn.tiling.patches import crop_reflected, reflect_indices, to_uint8


@pytest.mark.parametrize("side", [1, 2, 3, 7])
@pytest.mark.parametrize(("before", "after"), [(0, 0), (1, 2), (5, 0), (20, 33)])
def test_reflection_is_numpys_however_far(side: int, before: int, after: int) -> None:
    expected = np.pad(np.arange(side), (before, after), mode="reflect")
    assert reflect_indices(-before, before + side + after, side).tolist() == expected.tolist()


def test_a_piece_inside_is_what_is_there_and_outside_what_is_reflected() -> None:
    picture = torch.arange(2 * 5 * 7, dtype=torch.uint8).reshape(2, 5, 7)
    assert torch.equal(crop_reflected(picture, 1, 2, (3, 4)), picture[:, 1:4, 2:6])
    expected = np.pad(picture.numpy(), ((0, 0), (2, 1), (0, 6)), mode="reflect")
    assert np.array_equal(crop_reflected(picture, -2, 0, (8, 13)).numpy(), expected)


def test_values_become_the_nearest_byte_and_what_lies_outside_is_clipped() -> None:
    assert to_uint8(torch.tensor([-0.1, 0.0, 0.4 / 255, 0.6 / 255, 1.0, 1.2])).tolist() == [0, 0, 0, 1, 255, 255]
