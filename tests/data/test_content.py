import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoencode.data import load
from autoencode.data.content import suffix_of
from autoencode.data.images.scan import scan_pictures


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "WEBP"])
def test_a_picture_is_known_by_its_content(tmp_path: Path, kind: str) -> None:
    Image.new("L", (9, 9)).save(tmp_path / "a", kind)
    assert suffix_of(tmp_path / "a") in (".png", ".jpg", ".gif", ".tif", ".webp")
    (tmp_path / "text").write_text("hello")
    os.mkfifo(tmp_path / "pipe")
    listing = scan_pictures(tmp_path)
    assert [str(path) for path in listing.pictures] == ["a"]
    assert [(skip.file, skip.count) for skip in listing.skipped] == [("without an ending", 2)]


def test_an_array_without_an_ending_is_read(tmp_path: Path) -> None:
    x = np.random.default_rng(0).random((30, 5), np.float32)
    np.save(tmp_path / "x.npy", x)
    (tmp_path / "x.npy").rename(tmp_path / "array")
    np.savez(tmp_path / "y.npz", x=x)
    (tmp_path / "y.npz").rename(tmp_path / "archive")
    assert load(tmp_path / "array").fingerprint == load(tmp_path / "archive").fingerprint


def test_an_ending_is_believed(tmp_path: Path) -> None:
    Image.new("L", (9, 9)).save(tmp_path / "a.txt", "PNG")
    assert suffix_of(tmp_path / "a.txt") == ".txt"
    assert suffix_of(tmp_path) == ""
    assert suffix_of(tmp_path / "nothing") == ""
