import torch

from autoencode.data.images.alpha import composite_on_white


def test_opaque_stays_clear_becomes_white_and_half_is_between():
    colours = torch.tensor([10, 100, 200, 0], dtype=torch.uint8).view(1, 4, 1, 1).repeat(3, 1, 1, 1)
    colours[:, 3, 0, 0] = torch.tensor([255, 0, 128], dtype=torch.uint8)
    result = composite_on_white(colours)[..., 0, 0]
    assert result.dtype == torch.uint8
    assert result[0].tolist() == [10, 100, 200]
    assert result[1].tolist() == [255, 255, 255]
    assert result[2].tolist() == [round(c * 128 / 255 + 255 - 128) for c in (10, 100, 200)]


def test_more_pictures_than_go_at_a_time():
    pictures = torch.rand(300, 4, 2, 2, generator=torch.Generator().manual_seed(0))
    expected = pictures[:, :3] * pictures[:, 3:] + 1 - pictures[:, 3:]
    torch.testing.assert_close(composite_on_white(pictures), expected)
