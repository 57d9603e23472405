"""Files that share a mark."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.cleaning.marks.conftest import Marked, marked, pictures

from autoencode.cleaning import clean, clean_bytes
from autoencode.errors import DataError
from autoencode.runtime.reporter import Reporter


class Notes(Reporter):
    """Keeps what is said."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def note(self, text: str) -> None:
        self.lines.append(text)

    def warn(self, text: str) -> None:
        self.lines.append(text)


@pytest.fixture
def folder(tmp_path: Path, white: Marked) -> Path:
    (tmp_path / "in").mkdir()
    for number, picture in enumerate(white.marked):
        Image.fromarray(picture).save(tmp_path / "in" / f"{number}.png")
    return tmp_path / "in"


def read(folder: Path, n: int = 10) -> np.ndarray:
    return np.stack([np.asarray(Image.open(folder / f"{number}.png")) for number in range(n)])


def test_a_folder_is_freed_of_its_mark(tmp_path: Path, folder: Path, white: Marked) -> None:
    notes = Notes()
    done = clean([folder], tmp_path / "out", what="marks", reporter=notes)
    assert len(done.files) == 10
    assert not any(file.left for file in done.files)
    assert white.decibels(read(tmp_path / "out")) > 26
    outside = white.opacity == 0
    change = (read(tmp_path / "out")[:, outside].astype(float) - white.marked[:, outside]) / 255
    assert np.sqrt(np.square(change).mean()) < 0.01
    assert any("10 pictures of 128x96 share a mark: rgb(2" in line for line in notes.lines)


def test_pictures_without_it_and_of_another_size_stay(tmp_path: Path, folder: Path, white: Marked) -> None:
    Image.fromarray(white.clean[0]).save(folder / "clean.png")
    Image.fromarray(white.marked[0][:50]).save(folder / "small.png")
    notes = Notes()
    clean([folder], tmp_path / "out", what="marks", reporter=notes)
    assert (np.asarray(Image.open(tmp_path / "out" / "clean.png")) == white.clean[0]).all()
    assert (np.asarray(Image.open(tmp_path / "out" / "small.png")) == white.marked[0][:50]).all()
    assert any("clean.png was left as it was: it does not carry the mark of the others" in line for line in notes.lines)
    assert any("8 or more pictures of one size that carry it, and one is of 128x50 pixels" in x for x in notes.lines)


def test_without_a_mark_all_stay(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number, picture in enumerate(pictures(9, seed=3)):
        Image.fromarray(picture).save(tmp_path / "in" / f"{number}.png")
    notes = Notes()
    done = clean([tmp_path / "in"], tmp_path / "out", what="marks", reporter=notes)
    assert all(file.left == ((1, "no shared mark was found"),) for file in done.files)
    assert (read(tmp_path / "out", 9) == pictures(9, seed=3)).all()


def test_grey_pictures(tmp_path: Path, white: Marked) -> None:
    (tmp_path / "in").mkdir()
    for number, picture in enumerate(white.marked):
        Image.fromarray(picture).convert("L").save(tmp_path / "in" / f"{number}.png")
    clean([tmp_path / "in"], tmp_path / "out", what="marks")
    back = read(tmp_path / "out")
    grey = np.stack([np.asarray(Image.fromarray(picture).convert("L")) for picture in white.clean])
    assert back.ndim == 3
    assert -10 * np.log10(np.square((back / 255 - grey / 255)[:, white.opacity > 0.02]).mean()) > 25


def test_a_second_colour_is_found_after_the_first(tmp_path: Path) -> None:
    """A black bar beside a white one."""
    (tmp_path / "in").mkdir()
    clean_pictures = pictures(16, seed=5)
    x = clean_pictures / 255
    x[:, 20:40, 20:60] = 0.6 * x[:, 20:40, 20:60] + 0.4
    x[:, 60:80, 40:100] *= 0.6
    for number, picture in enumerate(np.rint(255 * x).astype(np.uint8)):
        Image.fromarray(picture).save(tmp_path / "in" / f"{number}.png")
    clean([tmp_path / "in"], tmp_path / "out", what="marks")
    back = read(tmp_path / "out", 16) / 255 - clean_pictures / 255
    for rows, columns in ((slice(20, 40), slice(20, 60)), (slice(60, 80), slice(40, 100))):
        assert -10 * np.log10(np.square(back[:, rows, columns]).mean()) > 24


def test_a_single_picture_in_a_pipe_is_an_error(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(DataError, match="give eight or more files"):
        clean_bytes((folder / "0.png").read_bytes(), what="marks", note=print)


def test_a_jpeg_that_was_marked_and_saved(tmp_path: Path) -> None:
    example = marked(12, opacity=0.35, seed=7)
    (tmp_path / "in").mkdir()
    for number, picture in enumerate(example.marked):
        Image.fromarray(picture).save(tmp_path / "in" / f"{number}.jpg", quality=92)
    clean([tmp_path / "in"], tmp_path / "out", what="marks")
    back = np.stack([np.asarray(Image.open(tmp_path / "out" / f"{number}.jpg")) for number in range(12)])
    assert example.decibels(back) > example.decibels(example.marked) + 8
