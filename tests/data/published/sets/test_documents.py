from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoencode.data import load
from autoencode.data.published.sets.documents import text_of, typeface_of
from autoencode.errors import DownloadError


@pytest.fixture
def scans(tmp_path: Path, monkeypatch) -> Path:
    """Two texts in five typefaces with four kinds of dirt, small and made up, numbered as the real ones."""
    random = np.random.default_rng(0)
    for page in (page for page in range(1, 61) if text_of(page) != 0):
        for folder in ("train", "train_cleaned"):
            path = tmp_path / "documents" / folder / f"{page}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(random.integers(0, 256, (130, 140), np.uint8)).save(path)
    monkeypatch.setenv("AUTOENCODE_DATA", str(tmp_path))
    return tmp_path


def pages(data, part: str) -> set[int]:
    return {int(Path(data.files[place]).stem) for place in getattr(data.split, part)}


def test_the_test_part_is_another_text(scans: Path):
    data = load("documents")
    assert data.data_shape == (1, 96, 96)
    assert {text_of(page) for page in pages(data, "test")} == {2}
    assert {text_of(page) for page in pages(data, "train") | pages(data, "validation")} == {1}
    assert len(pages(data, "test")) == 20
    assert not {typeface_of(page) for page in pages(data, "train")} & {
        typeface_of(page) for page in pages(data, "validation")
    }


def test_the_test_part_is_other_typefaces(scans: Path):
    data = load("documents-typefaces")
    assert {typeface_of(page) for page in pages(data, "test")} == {2, 3, 4}
    assert {typeface_of(page) for page in pages(data, "train") | pages(data, "validation")} == {0, 1}


def test_patches_lie_on_their_targets(scans: Path):
    data = load("documents")
    name = data.files[data.split.test[0]]
    for stack, folder in ((data.test.x, "train"), (data.test.target, "train_cleaned")):
        whole = np.asarray(Image.open(scans / "documents" / folder / name))
        assert np.array_equal(stack[0, 0].numpy(), whole[:96, :96])


def test_without_the_files_it_says_where_to_get_them(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("AUTOENCODE_DATA", str(tmp_path))
    monkeypatch.setattr("autoencode.data.published.cache.cache_folder", lambda name: tmp_path / "cache" / name)
    with pytest.raises(
        DownloadError, match=r"cannot be downloaded by itself: put the folders train/ and train_cleaned/"
    ):
        load("documents")
