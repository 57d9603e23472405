import numpy as np
import pytest

from autoencode.data import load
from autoencode.data.published.sets.floor_plans import numbered_rooms, plan


def test_walls_are_inside_their_outline_and_close_it() -> None:
    random = np.random.default_rng(0)
    for _ in range(50):
        walls, inside = plan(random)
        assert not (walls * (1 - inside)).any()
        edge = np.pad(inside, 1)
        lonely = sum(edge[1 + dy : 33 + dy, 1 + dx : 33 + dx] for dy, dx in [(0, 1), (1, 0), (0, -1), (-1, 0)]) < 4
        assert walls[(inside == 1) & lonely].all()
        assert 0 < walls.sum() < inside.sum()


@pytest.mark.parametrize("seeds", [range(0, 3000, 10), (1014, 1093, 2015)])
def test_every_room_is_reachable_from_every_other(seeds: range) -> None:
    for seed in seeds:
        walls, inside = plan(np.random.default_rng(seed))
        assert numbered_rooms(walls, inside).max() == 1, seed


def test_plans_differ_and_are_the_same_each_time() -> None:
    one, other = load("floor-plans", limit=100), load("floor-plans", limit=100)
    assert one.fingerprint == other.fingerprint
    assert len({bytes(x.numpy()) for x in one.train.x}) > 95
    assert one.train.context.shape == (100, 1, 32, 32)
    assert one.data_shape == (1, 32, 32)


def test_a_test_plan_is_no_training_plan() -> None:
    data = load("floor-plans")
    known = {bytes(x.numpy()) for x in data.train.x}
    assert sum(bytes(x.numpy()) in known for x in data.test.x) <= 20  # a few bare small buildings recur
