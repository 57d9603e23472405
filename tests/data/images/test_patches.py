import itertools

import numpy as np
import pytest
import torch

from autoencode.data.images.patches import corners, count_patches, cut_patches, split_regions, subsample_patches


@pytest.mark.parametrize("length", [1, 15, 16, 17, 24, 31, 32, 33, 100, 540])
def test_patches_reach_both_ends_and_overlap_by_half(length: int):
    places = corners(length, 16)
    assert places[0] == 0
    assert places[-1] == max(0, length - 16)
    assert all(0 < b - a <= 8 for a, b in itertools.pairwise(places))


def test_patches_are_what_the_picture_holds_there():
    picture = np.arange(2 * 20 * 33, dtype=np.uint8).reshape(2, 20, 33)
    patches = list(cut_patches(picture, 16))
    assert len(patches) == count_patches(20, 33, 16) == 2 * 4
    assert np.array_equal(patches[0], picture[:, :16, :16])
    assert np.array_equal(patches[-1], picture[:, 4:, 17:])


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 40), (5, 16), (16, 3)])
def test_a_picture_smaller_than_a_patch_is_mirrored(height: int, width: int):
    picture = np.random.default_rng(0).integers(0, 256, (3, height, width), np.uint8)
    patches = list(cut_patches(picture, 16))
    assert {patch.shape for patch in patches} == {(3, 16, 16)}
    assert np.array_equal(patches[0][:, : min(16, height), : min(16, width)], picture[:, :16, :16])


@pytest.mark.parametrize(
    ("height", "width", "count"), [(1, 1, 1), (16, 40, 1), (47, 100, 3), (48, 64, 4), (200, 200, 36)]
)
def test_regions_cover_a_picture_once(height: int, width: int, count: int):
    regions, covered = split_regions(height, width, 16), np.zeros((height, width), int)
    for region in regions:
        covered[region] += 1
    assert len(regions) == count
    assert (covered == 1).all()


def test_too_many_are_thinned_alike():
    kept = subsample_patches([100, 3, 50], 43)
    assert [len(places) for places in kept] == [20, 3, 20]
    assert all(len(places.unique()) == len(places) for places in kept)
    assert all(torch.equal(a, b) for a, b in zip(kept, subsample_patches([100, 3, 50], 43), strict=True))
    assert [len(places) for places in subsample_patches([4, 5], 9)] == [4, 5]
    assert [len(places) for places in subsample_patches([4, 5, 6], 2)] == [1, 1, 1]
