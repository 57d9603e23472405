import numpy as np
import pytest
import torch
from PIL import Image

from autoencode import tasks
from autoencode.errors import ArgumentError
from autoencode.tasks import blend, save_blend


@pytest.fixture(scope="module")
def ladder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "ladder"
    return tasks.train("digits", "ladder-vae", out=folder, steps=60, command="test", levels=(2, 3, 4), hidden=16)


def test_weights_lie_between(digits_run):
    a, b = digits_run.model.encode(digits_run.data.test.inputs()[:2]).mean.detach()
    made = blend(digits_run, ["test:1", "test:2"], weight=0.25)
    torch.testing.assert_close(made.codes[0, 1], 0.75 * a + 0.25 * b)
    torch.testing.assert_close(made.codes[1, 0], 0.25 * a + 0.75 * b)
    torch.testing.assert_close(made.codes[1, 1], b)
    torch.testing.assert_close(made.examples[0, 1], digits_run.decode(made.codes[0, 1][None])[0])
    assert not made.by_levels
    round_ = blend(digits_run, ["test:1", "test:2"], path="spherical").codes[0, 1]
    assert round_.norm().item() == pytest.approx((a.norm() + b.norm()).item() / 2, rel=1e-4)


def test_the_top_levels_are_from_one_picture_and_the_rest_from_the_other(ladder):
    x = ladder.data.test.inputs()[:2]
    q = ladder.model.encode(x)
    both = q.mean.detach()
    made = blend(ladder, ["test:1", "test:2"], levels=1)
    assert made.by_levels
    torch.testing.assert_close(made.codes[0, 1, :2], both[0, :2])
    torch.testing.assert_close(made.codes[1, 0, :2], both[1, :2])
    # below, the second picture's posterior given the first one's top
    given = made.codes[0, 1].clone()
    own = ladder.model.encode(x[1:]).path(given[None]).conditionals
    torch.testing.assert_close(given[None, 2:5], own[1].mean.detach())
    torch.testing.assert_close(given[None, 5:], own[2].mean.detach())
    assert not torch.allclose(given[2:], both[1, 2:])
    for levels, row in ((0, 1), (3, 0)):
        torch.testing.assert_close(blend(ladder, ["test:1", "test:2"], levels=levels).codes[0, 1], both[row])
    averaged = blend(ladder, ["test:1", "test:2"], weight=0.5)
    assert not averaged.by_levels
    torch.testing.assert_close(averaged.codes[0, 1], both.mean(0))


def test_files(ladder, digits_run, vector_run, tmp_path):
    made = blend(ladder, ["test:1", "test:2", "test:3"])
    files = save_blend(ladder, made, tmp_path / "table", pair=None)
    assert len(files) == 10
    with Image.open(files[0]) as picture:
        assert picture.size == (8, 8)
    one = save_blend(digits_run, blend(digits_run, ["test:1", "test:2"]), tmp_path / "ab.png")
    assert [path.name for path in one] == ["ab.png"]
    vectors = save_blend(vector_run, blend(vector_run, ["test:1", "test:2"]), tmp_path / "v.npy")
    assert np.load(vectors[0]).shape == (1, 5)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"levels": 4}, "--levels goes from 0 to 3"),
        ({"levels": 1, "weight": 0.5}, "leave --levels or --weight out"),
        ({"weight": 1.5}, "--weight goes from 0"),
        ({"weight": 0.5, "path": "density"}, "linear or a spherical"),
    ],
)
def test_wrong_input(ladder, wrong, message):
    with pytest.raises(ArgumentError, match=message):
        blend(ladder, ["test:1", "test:2"], **wrong)


def test_levels_need_a_model_with_them_and_a_blend_two_pictures(digits_run):
    with pytest.raises(ArgumentError, match="this model has no levels"):
        blend(digits_run, ["test:1", "test:2"], levels=1)
    with pytest.raises(ArgumentError, match="two pictures at least"):
        blend(digits_run, ["test:1"])
