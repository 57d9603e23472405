"""Pictures moved, mirrored and rotated at random."""

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


@pytest.mark.parametrize("text", ["none", "mirror", "flip", "rotate", "shift:3", "mirror,flip,shift:2"])
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
