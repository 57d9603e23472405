"""Good crops, and defects painted on them."""

import torch

from autoencode.detection.painted_defects import DefectPainter


def painter(channels=1, size=(80, 90), seed=0):
    generator = torch.Generator().manual_seed(seed)
    ramp = torch.linspace(-2, 2, size[1]).expand(channels, *size)
    return DefectPainter([ramp.clone(), -ramp.flip(1)], 32, generator)


def test_crops_and_masks_have_shapes_and_the_seed_decides_them():
    x, painted = painter(channels=3)(8)
    assert (x.shape, painted.shape, painted.dtype) == ((8, 3, 32, 32), (8, 1, 32, 32), torch.bool)
    assert torch.equal(painter(channels=3)(8)[0], x)
    assert not torch.equal(painter(channels=3, seed=1)(8)[0], x)


def test_most_crops_are_painted_and_some_are_not():
    one = painter()
    shares = torch.cat([one(32)[1].flatten(1).float().mean(1) for _ in range(8)])
    assert 0.5 < (shares > 0).float().mean() < 0.95
    assert 0.01 < shares.mean() < 0.3


def test_what_is_marked_was_changed_and_the_rest_hardly():
    """Nothing is painted where opacity is zero, and every marked pixel is near a change that can be seen."""
    one = painter()
    x = one.good(64)
    y, painted = one._paint(x)
    change = (y - x).abs()
    near = torch.nn.functional.max_pool2d(change, 5, 1, 2)
    assert bool((near[painted] > 0.1).all())
    far = ~torch.nn.functional.max_pool2d((change > 0.05).float(), 3, 1, 1).bool()
    assert not bool(painted[far].all())
    assert float(change[~painted].mean()) < 0.3 * float(change[painted].mean())


def test_good_crops_are_near_the_picture():
    """A ramp stays a ramp: one direction, about the same slope."""
    slopes = (painter().good(64)[:, 0].diff(dim=2)).abs().mean((1, 2))
    assert slopes.min() > 0.7 * 4 / 89
    assert slopes.max() < 1.4 * 4 / 89


def test_pictures_smaller_than_a_crop_are_reflected():
    one = DefectPainter([torch.arange(6.0).view(1, 2, 3)], 8, torch.Generator().manual_seed(0))
    assert one.pictures[0][0, :3].tolist() == [
        [0, 1, 2, 1, 0, 1, 2, 1],
        [3, 4, 5, 4, 3, 4, 5, 4],
        [0, 1, 2, 1, 0, 1, 2, 1],
    ]
    assert one(3)[0].shape == (3, 1, 8, 8)
