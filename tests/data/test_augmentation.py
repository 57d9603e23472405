"""Pictures moved, mirrored and rotated at random."""

import math
from itertools import product

import pytest
import torch

from autoencode.data import Augmentation, check_augmentation
from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError

ROTATE = Augmentation(rotate=True)
RAMP = torch.arange(12.0).reshape(1, 1, 3, 4)


def changed(augmentation, n=300, **parts):
    x = RAMP.expand(n, -1, -1, -1).contiguous()
    torch.manual_seed(0)
    return augmentation(Batch(x, **{"target": x, **parts}))


@pytest.mark.parametrize(
    "text",
    [
        "none",
        "mirror",
        "flip",
        "rotate",
        "shift:3",
        "affine",
        "intensity",
        "mirror,flip,affine,stretch,intensity,shift:2",
    ],
)
def test_the_text_of_what_was_parsed_is_the_text(text):
    assert str(Augmentation.parse(text)) == text
    assert bool(Augmentation.parse(text)) == (text != "none")


@pytest.mark.parametrize(
    "text", ["1", "shift", "shift:0", "shift:-1", "shift:x", "mirror,none", "turn", "mirror;flip", "auto"]
)
def test_other_texts_are_refused(text):
    with pytest.raises(ArgumentError, match="--augment takes"):
        Augmentation.parse(text)


def test_auto_is_left_to_the_data():
    check_augmentation("auto")
    with pytest.raises(ArgumentError):
        check_augmentation("automatic")


@pytest.mark.parametrize(("text", "axis"), [("mirror", 3), ("flip", 2)])
def test_half_of_the_pictures_are_mirrored(text, axis):
    found = changed(Augmentation.parse(text)).x
    as_it_was, mirrored = ((found == way).flatten(1).all(1) for way in (RAMP, RAMP.flip(axis)))
    assert (as_it_was | mirrored).all()
    assert 110 < mirrored.sum() < 190


def test_shifts_repeat_the_edge_and_are_all_equally_frequent():
    found = changed(Augmentation.parse("shift:1"), n=900).x
    counts = []
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            rows, columns = torch.arange(3) + down, torch.arange(4) + right
            expected = RAMP[0, 0, rows.clamp(0, 2)][:, columns.clamp(0, 3)]
            counts.append(int((found[:, 0] == expected).flatten(1).all(1).sum()))
    assert sum(counts) == 900
    assert min(counts) > 60


def test_targets_and_pictures_as_context_change_alike():
    for text in ("mirror,flip,shift:1", "rotate"):
        x = RAMP.expand(50, -1, -1, -1).contiguous()
        batch = changed(Augmentation.parse(text), n=50, target=2 * x, context=3 * x)
        assert torch.equal(batch.target, 2 * batch.x)
        assert torch.equal(batch.context, 3 * batch.x)
        assert not torch.equal(batch.x, x)


def test_a_class_stays_and_a_target_that_is_the_picture_stays_so():
    labels = torch.arange(300)
    batch = changed(Augmentation.parse("mirror"), context=labels)
    assert batch.context is labels
    x = RAMP.expand(9, -1, -1, -1).contiguous()
    one = Augmentation(mirror=True)(Batch(x, x))
    assert one.target is one.x


def positions(x: torch.Tensor) -> list[torch.Tensor]:
    """The eight symmetries of a square, made in another way."""
    return [torch.rot90(y, turns, (1, 2)) for turns, y in product(range(4), (x, x.flip(1)))]


def test_all_eight_positions_are_equally_frequent() -> None:
    torch.manual_seed(0)
    x, n = torch.arange(18.0).view(2, 3, 3), 4000
    found = ROTATE(Batch(x.expand(n, -1, -1, -1))).x
    counts = torch.tensor([float((found == y).flatten(1).all(1).sum()) for y in positions(x)])
    assert counts.sum() == n
    assert ((counts - n / 8).abs() < 4.5 * (n * 1 / 8 * 7 / 8) ** 0.5).all()


def test_a_target_turns_with_its_picture() -> None:
    torch.manual_seed(0)
    x = torch.rand(64, 1, 5, 5)
    batch = ROTATE(Batch(x, 1 - x))
    assert torch.equal(batch.target, 1 - batch.x)


def test_context_turns_if_it_is_a_picture() -> None:
    torch.manual_seed(0)
    x = torch.rand(64, 1, 5, 5)
    assert torch.equal((batch := ROTATE(Batch(x, context=2 * x.expand(-1, 4, -1, -1)))).context[:, :1], 2 * batch.x)
    labels = torch.arange(64)
    assert ROTATE(Batch(x, context=labels)).context is labels


def test_a_picture_that_is_its_own_target_stays_so() -> None:
    batch = ROTATE(Batch(torch.rand(8, 3, 4, 4)))
    assert batch.target is batch.x


def test_an_oblong_picture_keeps_its_shape() -> None:
    torch.manual_seed(0)
    x, n = torch.arange(6.0).view(1, 2, 3), 400
    found = ROTATE(Batch(x.expand(n, -1, -1, -1))).x
    kinds = (x, x.flip(1), x.flip(2), x.flip(1, 2))
    assert [bool((found == y).flatten(1).all(1).any()) for y in kinds] == [True] * 4
    assert sum(int((found == y).flatten(1).all(1).sum()) for y in kinds) == n


def test_what_came_in_is_left_alone() -> None:
    x = torch.rand(16, 1, 4, 4)
    before = x.clone()
    ROTATE(Batch(x))
    assert torch.equal(x, before)


BLOB = torch.zeros(1, 1, 21, 21)
BLOB[..., 8:13, 8:13] = 1


def blobs(text, n=200, target=None):
    torch.manual_seed(0)
    x = BLOB.expand(n, -1, -1, -1).contiguous()
    return Augmentation.parse(text)(Batch(x, target if target is not None else x))


def test_affine_moves_a_picture_and_its_mask_alike():
    mask = torch.cat([1 - BLOB, BLOB], 1).expand(200, -1, -1, -1).contiguous()
    batch = blobs("affine", target=mask)
    assert torch.allclose(batch.target[:, 1:], batch.x, atol=1e-6)
    assert torch.allclose(batch.target.sum(1), torch.ones(()), atol=1e-6)
    areas = batch.x.sum((1, 2, 3)) / 25
    assert 0.55 < areas.min() < 0.75  # scaled by up to a factor of exp(0.2) along each side
    assert 1.35 < areas.max() < 1.65


def test_affine_shifts_by_at_most_a_tenth_of_a_side():
    place = torch.arange(21.0) - 10
    mass = blobs("affine").x[:, 0]
    for axis in (1, 2):
        centre = (mass.sum(3 - axis) * place).sum(1) / mass.sum((1, 2))
        assert 1.2 < centre.abs().max() < 2.1 * 1.5  # scaled and rotated after the shift


def test_affine_rotates_without_distorting_oblong_pictures():
    x = torch.zeros(300, 1, 20, 60)
    x[..., 6:14, 26:34] = 1
    torch.manual_seed(0)
    moved = Augmentation(affine=True)(Batch(x)).x[:, 0]
    rows, columns = torch.arange(20.0), torch.arange(60.0)

    def variance(mass, place):
        share = mass / mass.sum(1, keepdim=True)
        mean = (share * place).sum(1, keepdim=True)
        return (share * (place - mean) ** 2).sum(1)

    inside = (moved.sum((1, 2)) > 30) & (moved[:, [0, -1]].sum((1, 2)) == 0)
    ratio = variance(moved.sum(2), rows)[inside] / variance(moved.sum(1), columns)[inside]
    assert ((ratio - 1).abs() < 0.12).all()


def test_intensity_changes_the_input_and_no_mask():
    mask = torch.rand(200, 2, 21, 21)
    batch = blobs("intensity", target=mask)
    assert batch.target is mask
    assert torch.equal(batch.x[:, 0, 0, 0], batch.x[:, 0, -1, -1])
    dark, bright = batch.x[:, 0, 0, 0], batch.x[:, 0, 10, 10]
    assert dark.std() > 0.05 < bright.std()
    assert (bright > dark).all()


def test_intensity_of_a_picture_that_is_its_own_target_is_that_of_the_target():
    batch = blobs("intensity")
    assert batch.target is batch.x


def test_stretching_keeps_the_left_and_the_lower_edge():
    x = torch.zeros(300, 1, 40, 40)
    x[..., :, 20:] = 1  # an edge half way along the width
    torch.manual_seed(0)
    stretched = Augmentation(stretch=True)(Batch(x)).x[:, 0]
    edge = 40 - stretched[:, 20].sum(1)
    assert 20 * math.exp(-0.2) - 0.1 < edge.min() < 17.2
    assert 23.5 < edge.max() < 20 * math.exp(0.2) + 0.1
    x = torch.zeros(300, 1, 40, 40)
    x[..., 20:, :] = 1  # the lower half
    torch.manual_seed(0)
    below = Augmentation(stretch=True)(Batch(x)).x[:, 0, :, 20].sum(1)
    assert 20 * math.exp(-0.15) - 0.1 < below.min() < 17.9
    assert 22.5 < below.max() < 20 * math.exp(0.15) + 0.1


def test_what_suits_sounds():
    assert all(Augmentation.parse(text).suits_sounds for text in ("none", "stretch", "shift:1", "stretch,shift:2"))
    assert not any(Augmentation.parse(text).suits_sounds for text in ("mirror", "affine,stretch", "intensity"))
