"""What results may take the place of."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.data import modality_of
from autoencode.data.images.full_picture import FullPicture
from autoencode.data.images.picture_writer import encode_picture
from autoencode.data.video.clip import ClipHeader
from autoencode.data.video.clip_writer import open_clip_writer
from autoencode.errors import ArgumentError, StorageError
from autoencode.runs.replacing import (
    check_no_overwriting,
    check_output,
    check_replaceable,
    remove_series,
    replace_anything,
)
from autoencode.views.figures import save_animation, save_figure
from autoencode.views.outputs import save_rows

MINE = "is there already(, and autoencode did not write it)?: choose another --out, or replace it with --force"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A person's picture."""
    Image.new("L", (4, 4)).save(tmp_path / "me.png")
    return tmp_path / "me.png"


@pytest.mark.parametrize("name", ["me.png", "notes.txt", "page.html", "x.npy", "weights.safetensors"])
def test_a_persons_file_is_not_replaced(tmp_path, name):
    (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(ArgumentError, match=MINE):
        check_replaceable(tmp_path / name)
    with replace_anything():
        check_replaceable(tmp_path / name)


def test_nobody_is_said_to_have_written_what_has_no_mark(tmp_path):
    for name, said in (("imputed.csv", False), ("x.npy", False), ("me.png", True)):
        (tmp_path / name).write_bytes(b"a,b")
        with pytest.raises(ArgumentError) as raised:
            check_replaceable(tmp_path / name)
        assert ("did not write it" in str(raised.value)) is said


def test_a_folder_in_place_of_a_file_is_an_error_before_any_work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for path in (Path(), tmp_path):
        with pytest.raises(ArgumentError, match="is a folder, and the result is one file: give its whole name"):
            check_output(path)
        check_output(path, may_be_folder=True)


def test_a_link_is_not_replaced(tmp_path):
    (tmp_path / "link.png").symlink_to("nowhere")
    with pytest.raises(ArgumentError, match=MINE):
        check_replaceable(tmp_path / "link.png")


def test_what_autoencode_drew_is_replaced(tmp_path):
    save_figure(tmp_path / "a.png", Image.new("L", (4, 4)))
    save_figure(tmp_path / "a.png", Image.new("L", (5, 5)))
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (5, 5)
    pictures = torch.rand(3, 1, 4, 4)
    save_animation(tmp_path / "a.gif", pictures)
    save_animation(tmp_path / "a.gif", pictures)


PROFILE = bytes(60_000)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif", ".bmp"])
@pytest.mark.parametrize("profile", [None, PROFILE])
def test_restored_and_corrupted_pictures_are_replaced(tmp_path, suffix, profile):
    pixels = np.random.default_rng(0).integers(0, 256, (3, 150, 150), dtype=np.uint8)
    path = tmp_path / f"a{suffix}"
    path.write_bytes(encode_picture(FullPicture(pixels, profile=profile), suffix))
    check_replaceable(path)
    with Image.open(path) as image:  # a person's own, saved again by other software
        image.load()
        image.info.clear()
        Image.fromarray(np.asarray(image)).save(path)
    with pytest.raises(ArgumentError, match=MINE):
        check_replaceable(path)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_restored_clips_are_replaced(tmp_path, suffix):
    pytest.importorskip("av")
    header = ClipHeader(32, 32, frames=9, rate=Fraction(10), time_base=Fraction(1, 10), grey=False)
    with (tmp_path / f"a{suffix}").open("w+b") as file, open_clip_writer(file, suffix, header) as writer:
        for _ in range(9):
            writer.add(np.random.default_rng(0).integers(0, 256, (3, 32, 32), dtype=np.uint8), None)
    check_replaceable(tmp_path / f"a{suffix}")


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_films_are_replaced(tmp_path, suffix):
    pytest.importorskip("av")
    for _ in range(2):
        save_animation(tmp_path / f"a{suffix}", torch.rand(3, 1, 4, 4))


def test_writing_refuses_too(photo):
    before = photo.read_bytes()
    with pytest.raises(ArgumentError, match=MINE):
        save_figure(photo, Image.new("L", (5, 5)))
    assert photo.read_bytes() == before
    with replace_anything():
        save_figure(photo, Image.new("L", (5, 5)))
    assert photo.read_bytes() != before


def test_an_array_is_replaced_in_a_run_folder_only(run, tmp_path):
    for _ in range(2):
        save_rows(run.path / "morphs" / "a.npy", modality_of((3,)), torch.zeros(2, 3))
    save_rows(tmp_path / "a.npy", modality_of((3,)), torch.zeros(2, 3))
    with pytest.raises(ArgumentError, match=MINE):
        save_rows(tmp_path / "a.npy", modality_of((3,)), torch.zeros(2, 3))


def test_weights_of_a_run_are_not_replaced(run):
    with pytest.raises(ArgumentError, match=MINE):
        check_output(run.path / "model.safetensors")


def test_an_input_is_never_replaced(photo):
    with replace_anything(), pytest.raises(ArgumentError, match="is one of the files that were given"):
        check_output(photo, ["test:1", photo])


def test_what_is_given_stays_by_whatever_name(tmp_path):
    (tmp_path / "a.png").write_text("")
    (tmp_path / "b.png").hardlink_to(tmp_path / "a.png")
    check_no_overwriting([tmp_path / "new.png", tmp_path / "b.png"], [tmp_path / "gone.png"])
    with pytest.raises(ArgumentError, match=r"b\.png is one of the files that were given"):
        check_no_overwriting([tmp_path / "new.png", tmp_path / "b.png"], [tmp_path / "a.png"])


def test_force_ends_with_its_block(photo):
    with replace_anything(force=False), pytest.raises(ArgumentError):
        check_replaceable(photo)
    with replace_anything(), replace_anything(force=False):
        check_replaceable(photo)
    with pytest.raises(ArgumentError):
        check_replaceable(photo)


def test_a_series_behind_a_link_is_refused(run, tmp_path):
    (tmp_path / "album").mkdir()
    save_figure(tmp_path / "album" / "0001.png", Image.new("L", (4, 4)))
    (run.path / "samples").symlink_to(tmp_path / "album")
    with pytest.raises(StorageError, match="samples is a link"):
        remove_series(run.path / "samples", [])
    assert (tmp_path / "album" / "0001.png").is_file()
