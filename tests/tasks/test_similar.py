"""Pictures with near codes."""

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode import tasks
from autoencode.errors import ArgumentError, DataError
from autoencode.latent.neighbours import groups_within, nearest, typical_distance


def test_the_nearest_codes_are_those_of_a_full_comparison():
    codes, queries = torch.randn(50, 3), torch.randn(4, 3)
    far, places = nearest(queries, codes, 5)
    every = (queries[:, None] - codes).norm(dim=2)
    assert torch.equal(places, every.argsort(1)[:, :5])
    torch.testing.assert_close(far, every.sort(1).values[:, :5])
    assert nearest(queries, codes, 99)[0].shape == (4, 50)


def test_a_typical_distance_is_the_median_of_two_different_ones():
    codes = torch.tensor([[0.0], [1.0], [1.0]])
    assert typical_distance(codes) == 1
    assert np.isnan(typical_distance(codes[:1]))


def test_groups_are_linked_by_near_pairs():
    codes = torch.tensor([[0.0], [5.0], [0.4], [0.8], [5.1], [9.0]])
    assert groups_within(codes, 0.5) == [[0, 2, 3], [1, 4]]
    assert groups_within(codes, 0.0) == []


@pytest.fixture
def pictures(tmp_path, digits_run):
    x = (digits_run.data.test.inputs(slice(0, 30))[:, 0] * 255).round().byte().numpy()
    (tmp_path / "pictures").mkdir()
    for number, picture in enumerate(x):
        Image.fromarray(picture).save(tmp_path / "pictures" / f"{number:02}.png")
    Image.fromarray(x[7]).save(tmp_path / "pictures" / "copy.png")
    return tmp_path / "pictures"


def test_like_a_picture(digits_run, pictures, tmp_path):
    found = tasks.similar(digits_run, pictures / "07.png", [pictures], tmp_path / "sheet.png", n=4)
    (names,), (far,) = found.groups, found.distances
    assert names[:2] == [str(pictures / "07.png"), str(pictures / "copy.png")]
    assert far[:2] == pytest.approx([0, 0], abs=1e-4)  # a batch of one rounds in another way
    assert far == sorted(far)
    assert len(names) == 5
    assert found.searched == 30, "the picture itself is not searched"
    with Image.open(found.sheet) as sheet:
        assert sheet.width > sheet.height
    codes = tasks.encode(digits_run, [pictures])
    own, last = (codes.codes[codes.names.index(name)] for name in (names[0], names[-1]))
    others = torch.from_numpy(np.delete(codes.codes, 7, axis=0))
    assert far[-1] == pytest.approx(float(np.linalg.norm(own - last)) / typical_distance(others), rel=1e-4)


def test_like_an_example_of_the_data(digits_run, tmp_path):
    found = tasks.similar(digits_run, "test:17", out=tmp_path / "sheet.png", n=3)
    assert found.searched == 1_796
    assert "test:17" not in found.groups[0][1:]


def test_near_duplicates(digits_run, pictures, tmp_path):
    found = tasks.duplicates(digits_run, [pictures], tmp_path / "sheet.png", within=1e-6)
    assert found.groups == [[str(pictures / "07.png"), str(pictures / "copy.png")]]
    (pictures / "copy.png").unlink()
    none = tasks.duplicates(digits_run, [pictures], tmp_path / "sheet.png", within=0.0)
    assert (none.groups, none.sheet) == ([], None)


def test_vectors_have_a_list_and_no_sheet(vector_run):
    found = tasks.similar(vector_run, "test:1", n=2)
    assert found.sheet is None
    assert len(found.groups[0]) == 3


def test_refusals(digits_run, pictures, tmp_path):
    with pytest.raises(ArgumentError, match="-n must be"):
        tasks.similar(digits_run, "test:1", n=0)
    with pytest.raises(ArgumentError, match="--duplicates takes"):
        tasks.duplicates(digits_run, within=-1.0)
    with pytest.raises(ArgumentError, match="would be overwritten"):
        tasks.similar(digits_run, pictures / "07.png", out=pictures / "07.png")
    (tmp_path / "none").mkdir()
    with pytest.raises(DataError):
        tasks.similar(digits_run, "test:1", [tmp_path / "none"])
