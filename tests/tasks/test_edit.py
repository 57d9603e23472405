"""Directions, and what is made of them."""

from dataclasses import replace

import pytest
import torch
from PIL import Image

from autoencode.errors import ArgumentError, DataError
from autoencode.latent.directions import (
    Direction,
    class_direction,
    direction_between_folders,
    orthogonalise,
    save_direction,
    saved_directions,
)
from autoencode.runs.run import Run
from autoencode.tasks import AttributeChange, AttributeValue, edit, parse_attribute_change, save_edit
from autoencode.views.outputs import to_pil_image


def test_changes_as_texts():
    assert parse_attribute_change("smiling+1.5") == AttributeChange("smiling", 1.5)
    assert parse_attribute_change("w+\t1") == AttributeChange("w", 1.0)
    assert parse_attribute_change("ankle boot - 2") == AttributeChange("ankle boot", -2.0)
    assert parse_attribute_change("T-shirt/top-.5") == AttributeChange("T-shirt/top", -0.5)
    assert parse_attribute_change("hair = long") == AttributeValue("hair", "long")
    for wrong in ("smiling", "+1", "smiling+", "=1", "smiling="):
        with pytest.raises(ArgumentError, match=r"such as smiling\+1\.5"):
            parse_attribute_change(wrong)


def test_a_class_against_the_rest(run):
    train = run.data.train
    means = run.model.encode(train.inputs()).mean.detach()
    expected = means[train.labels == 3].mean(0) - means[train.labels != 3].mean(0)
    found = class_direction(run, "3")
    torch.testing.assert_close(found.vector, expected, rtol=1e-4, atol=1e-5)
    assert (found.n_with, found.n_without) == (int((train.labels == 3).sum()), int((train.labels != 3).sum()))


def test_examples_of_no_known_class_are_on_neither_side(run):
    train = run.data.train
    labels = train.labels.clone()
    labels[200:] = -1
    few = Run(run.path, data=replace(run.data, train=replace(train, labels=labels)))
    found = class_direction(few, 3)
    means = run.model.encode(train.inputs()[:200]).mean.detach()
    expected = means[labels[:200] == 3].mean(0) - means[labels[:200] != 3].mean(0)
    torch.testing.assert_close(found.vector, expected, rtol=1e-4, atol=1e-5)
    assert found.n_without + found.n_with == 200


def test_a_class_without_examples_is_not_an_unknown_one(run):
    train = run.data.train
    none = torch.where(train.labels == 3, 4, train.labels)
    with pytest.raises(ArgumentError, match="a direction needs examples with '3' and without"):
        edit(Run(run.path, data=replace(run.data, train=replace(train, labels=none))), "test:1", ["3+1"])


def test_two_folders(run, tmp_path):
    x = run.data.test.inputs()
    for name, rows in (("plain", x[:5]), ("with", x[5:9])):
        (tmp_path / name).mkdir()
        for number, picture in enumerate(rows):
            to_pil_image(picture).save(tmp_path / name / f"{number}.png")
    (tmp_path / "with" / "broken.png").write_bytes(b"no")
    found = direction_between_folders(run, "odd", tmp_path / "plain", tmp_path / "with")
    means = run.model.encode(x[:9]).mean.detach()
    torch.testing.assert_close(found.vector, means[5:].mean(0) - means[:5].mean(0), atol=0.02, rtol=0)
    assert (found.n_without, found.n_with) == (5, 4)
    save_direction(run, found)
    assert edit(run, "test:1", ["odd+1"]).changes[0].name == "odd"
    (tmp_path / "none").mkdir()
    with pytest.raises(DataError):
        direction_between_folders(run, "odd", tmp_path / "plain", tmp_path / "none")


def test_directions_are_kept_with_the_weights_they_are_of(run):
    assert saved_directions(run) == {}
    save_direction(run, Direction("a", torch.ones(2), 3, 4))
    save_direction(run, Direction("b", torch.zeros(2), 5, 6))
    save_direction(run, Direction("a", torch.full((2,), 2.0), 7, 8))
    kept = saved_directions(Run(run.path))
    assert sorted(kept) == ["a", "b"]
    assert (kept["a"].vector.tolist(), kept["a"].n_without, kept["a"].n_with) == ([2, 2], 7, 8)
    with torch.no_grad():
        next(run.model.parameters()).add_(1)
    assert saved_directions(run) == {}


def test_an_amount_of_one_is_the_way_between_the_means(run):
    one, two = Direction("a", torch.tensor([1.0, 0.0]), 1, 1), Direction("b", torch.tensor([0.5, 2.0]), 1, 1)
    made = edit(run, "test:1", ["a+1.5", AttributeChange("b", -1.0)], directions=[one, two])
    z = run.model.encode(run.data.test.inputs()[:1]).mean.detach()
    torch.testing.assert_close(made.codes[0], z[0])
    torch.testing.assert_close(made.codes[1], z[0] + torch.tensor([1.0, -2.0]))
    torch.testing.assert_close(made.after, run.decode(made.codes[1:]))
    assert made.amounts[:, [0, 3, 6]].tolist() == [[-1.5, 0, 1.5], [1, 0, -1]]
    torch.testing.assert_close(made.strip[0, 3], made.before[0])
    torch.testing.assert_close(made.strip[1, 6], run.decode(z - two.vector)[0])


def test_directions_without_what_they_share():
    a, b = (
        Direction(name, v, 1, 1)
        for name, v in (("a", torch.tensor([1.0, 1.0, 0.0])), ("b", torch.tensor([0.0, 2.0, 0.0])))
    )
    one, two = orthogonalise([a, b])
    torch.testing.assert_close(one.vector, torch.tensor([1.0, 0.0, 0.0]))
    torch.testing.assert_close(two.vector, torch.tensor([-1.0, 1.0, 0.0]))
    torch.testing.assert_close(one.vector @ b.vector, torch.tensor(0.0))
    assert orthogonalise([a])[0] is a
    with pytest.raises(ArgumentError, match="lies in the span of the other"):
        orthogonalise([a, Direction("c", 2 * a.vector, 1, 1)])


def test_attributes_that_are_not_known_and_none(run):
    with pytest.raises(ArgumentError, match=r"no attribute 'smiling'; there are: 0, 1, .*--from plain/ --to smiling/"):
        edit(run, "test:1", ["smiling+1"])
    with pytest.raises(ArgumentError, match="say what to change"):
        edit(run, "test:1", [])


def test_files(run, tmp_path):
    made = edit(run, "test:1", ["3+1", "4-0.5"], orthogonal=False)
    assert sorted(saved_directions(run)) == ["3", "4"]
    files = save_edit(run, made, tmp_path / "out", strip=True)
    assert [path.name for path in files] == ["before.png", "after.png", "sheet.png"]
    with Image.open(files[1]) as after:
        assert after.size == (8, 8)
    assert save_edit(run, made, tmp_path / "sheet.png")[0].exists()
    assert save_edit(run, made)[0].parent == run.path / "edits" / "test-1"


def test_vectors(vector_run, tmp_path):
    import numpy as np

    made = edit(vector_run, "test:1", ["a+1"], directions=[Direction("a", torch.ones(2), 1, 1)])
    assert np.load(save_edit(vector_run, made, tmp_path / "v.npy")[0]).shape == (2, 5)
