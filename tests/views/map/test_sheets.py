import io

import numpy as np
import torch
from PIL import Image

from autoencode.views.map.sheets import sheets


def flat(n: int, channels: int = 1, side: int = 28):
    """Pictures of one value each, which compression keeps."""
    values = torch.arange(n) % 5 / 4

    def load_images(rows):
        return values[rows][:, None, None, None].expand(-1, channels, side, side)

    return load_images


def noise(n: int, side: int = 28):
    x = torch.rand(n, 1, side, side, generator=torch.Generator().manual_seed(0))
    return lambda rows: x[rows]


def test_every_picture_is_at_its_place():
    load_images = flat(1500)
    found = sheets(load_images, 1500, 5_000_000)
    assert (found.n, found.size, len(found.files)) == (1500, (28, 28), 2)
    for i in (0, 1, 31, 32, 1023, 1024, 1499):
        with Image.open(io.BytesIO(found.files[i // 1024])) as picture:
            pixels = np.asarray(picture.convert("L"))
        x, y = i % 1024 % 32 * 28, i % 1024 // 32 * 28
        assert abs(int(pixels[y + 14, x + 14]) - 255 * (i % 5) / 4) < 6, i


def test_smaller_before_fewer_and_never_over_the_budget():
    load_images = noise(3000)
    whole = sheets(load_images, 3000, 50_000_000)
    assert (whole.size, whole.n) == ((28, 28), 3000)
    size = sum(map(len, whole.files))
    smaller = sheets(load_images, 3000, int(size * 0.8))
    assert (smaller.size, smaller.n) == ((24, 24), 3000)
    fewer = sheets(load_images, 3000, size // 6)
    assert (fewer.size, fewer.n) in {((16, 16), 1024), ((16, 16), 2048)}
    assert sum(map(len, fewer.files)) <= size // 6


def test_large_and_oblong_pictures_are_shrunk_in_proportion():
    found = sheets(lambda rows: torch.rand(len(rows), 3, 90, 180), 10, 1_000_000)
    assert found.size == (64, 32)


def test_nothing_fits():
    found = sheets(noise(50), 50, 10)
    assert (found.n, found.files) == (0, [])
