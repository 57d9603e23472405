import re

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.errors import ArgumentError, UnknownNameError
from autoencode.tasks import latent_map, train, write_map
from autoencode.tasks.latent_map import _names, _thumbnail_fn


def test_positions_are_the_means_of_the_codes_they_stand_for(digits_run):
    found = latent_map(digits_run)
    test = digits_run.data.test
    means = digits_run.model.encode(test.inputs()).mean
    assert torch.allclose(found.positions, means[found.indices], atol=1e-5)
    assert torch.equal(found.labels, test.labels[found.indices])
    assert sorted(found.indices.tolist()) == list(range(len(test)))
    assert found.indices.tolist() != sorted(found.indices.tolist()), "in an order of chance"
    assert (found.method, found.part_names) == ("none", ("test",))


def test_all_parts_and_a_limit_at_even_distances(digits_run):
    data = digits_run.data
    found = latent_map(digits_run, "all", limit=100)
    assert len(found.positions) == 100
    assert found.part_names == ("train", "validation", "test")
    for number, name in enumerate(found.part_names):
        mine = found.parts == number
        assert abs(int(mine.sum()) - 100 * len(data.subsets[name]) / sum(map(len, data.subsets.values()))) < 2
        assert torch.equal(found.labels[mine], data.subsets[name].labels[found.indices[mine]])
    look = _thumbnail_fn(digits_run, found, decoded=False)
    for row in (0, 50, 99):
        part = data.subsets[found.part_names[found.parts[row]]]
        assert torch.equal(look(torch.tensor([row]))[0], part.inputs()[found.indices[row]])


def test_decoded_pictures_are_the_models(digits_run):
    found = latent_map(digits_run, limit=20)
    shown = _thumbnail_fn(digits_run, found, decoded=True)(torch.arange(20))
    x = digits_run.data.test.inputs()[found.indices]
    with torch.no_grad():
        expected = digits_run.model.decode(digits_run.model.encode(x).mean).mean
    assert torch.allclose(shown, expected, atol=1e-5)


def test_more_than_two_numbers_are_placed_by_a_method(plain_run):
    assert latent_map(plain_run, limit=50).method == "pca"
    assert "principal component 1" in latent_map(plain_run, limit=50).axes[0]
    assert "t-SNE" in latent_map(plain_run, limit=50, method="tsne").axes[0]


def test_a_page_and_a_still_picture(digits_run, tmp_path):
    found, path, facts = write_map(digits_run, tmp_path / "map.html", limit=60)
    assert (facts.points, facts.thumbnails, len(found.positions)) == (60, 60, 60)
    text = path.read_text()
    assert "The codes of 60 examples of digits (test)" in text
    assert re.search(r"test \d+", text)
    _, path, facts = write_map(digits_run, tmp_path / "map.png", limit=60, decoded=True)
    assert facts is None
    with Image.open(path) as picture:
        assert picture.size[0] > 1000


def test_by_default_in_the_run_folder(vector_run):
    _, path, facts = write_map(vector_run)
    assert path == vector_run.path / "map.html"
    assert facts.thumbnails == 0
    assert not latent_map(vector_run).classes


def test_names_of_files(tmp_path):
    for i in range(12):
        Image.fromarray(np.full((8, 8), 20 * i, np.uint8)).save(tmp_path / f"picture-{i}.png")
    run = train(tmp_path, "dense-vae", out=tmp_path.parent / "files-run", steps=1, command="test")
    found = latent_map(run, "all")
    look = _thumbnail_fn(run, found, decoded=False)(torch.arange(12))
    for name, picture in zip(_names(run.data, found), look, strict=True):
        number = int(re.search(r"picture-(\d+)\.png", name)[1])
        assert round(255 * picture.mean().item()) == 20 * number


def test_what_cannot_be_drawn(digits_run, tmp_path):
    with pytest.raises(ArgumentError, match=r"ends in .html or .png, not 'map.gif'"):
        write_map(digits_run, tmp_path / "map.gif")
    with pytest.raises(UnknownNameError, match="did you mean 'pca'"):
        latent_map(digits_run, method="pcaa")
    with pytest.raises(ArgumentError, match="--limit takes 4 to 60,000, not 3"):
        latent_map(digits_run, limit=3)
