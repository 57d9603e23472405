from itertools import product

import torch

from autoencode.data.augment import augment
from autoencode.data.batch import Batch


def positions(x: torch.Tensor) -> list[torch.Tensor]:
    """The eight symmetries of a square, made in another way."""
    return [torch.rot90(y, turns, (1, 2)) for turns, y in product(range(4), (x, x.flip(1)))]


def test_all_eight_positions_are_equally_frequent() -> None:
    torch.manual_seed(0)
    x, n = torch.arange(18.0).view(2, 3, 3), 4000
    found = augment(Batch(x.expand(n, -1, -1, -1))).x
    counts = torch.tensor([float((found == y).flatten(1).all(1).sum()) for y in positions(x)])
    assert counts.sum() == n
    assert ((counts - n / 8).abs() < 4.5 * (n * 1 / 8 * 7 / 8) ** 0.5).all()


def test_a_target_turns_with_its_picture() -> None:
    torch.manual_seed(0)
    x = torch.rand(64, 1, 5, 5)
    batch = augment(Batch(x, 1 - x))
    assert torch.equal(batch.target, 1 - batch.x)


def test_context_turns_if_it_is_a_picture() -> None:
    torch.manual_seed(0)
    x = torch.rand(64, 1, 5, 5)
    assert torch.equal((batch := augment(Batch(x, context=2 * x.expand(-1, 4, -1, -1)))).context[:, :1], 2 * batch.x)
    labels = torch.arange(64)
    assert augment(Batch(x, context=labels)).context is labels


def test_a_picture_that_is_its_own_target_stays_so() -> None:
    batch = augment(Batch(torch.rand(8, 3, 4, 4)))
    assert batch.target is batch.x


def test_an_oblong_picture_keeps_its_shape() -> None:
    torch.manual_seed(0)
    x, n = torch.arange(6.0).view(1, 2, 3), 400
    found = augment(Batch(x.expand(n, -1, -1, -1))).x
    kinds = (x, x.flip(1), x.flip(2), x.flip(1, 2))
    assert [bool((found == y).flatten(1).all(1).any()) for y in kinds] == [True] * 4
    assert sum(int((found == y).flatten(1).all(1).sum()) for y in kinds) == n


def test_what_came_in_is_left_alone() -> None:
    x = torch.rand(16, 1, 4, 4)
    before = x.clone()
    augment(Batch(x))
    assert torch.equal(x, before)


def test_a_share_stays_upright() -> None:
    torch.manual_seed(0)
    x, n = torch.arange(9.0).view(1, 3, 3), 4000
    found = augment(Batch(x.expand(n, -1, -1, -1)), 0.4).x
    upright = float((found == x).flatten(1).all(1).double().mean())
    assert abs(upright - (0.6 + 0.4 / 8)) < 4.5 * (0.65 * 0.35 / n) ** 0.5
