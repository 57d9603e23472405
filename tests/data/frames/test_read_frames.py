"""Frames in folders, archives and arrays become windows whose parts share no frame."""

import zipfile

import numpy as np
import pytest
from PIL import Image

from autoencode.data import load
from autoencode.data.modality import FrameWindows
from autoencode.errors import ArgumentError, DataError, ShapeError


def save(path, value, size=(8, 6), colour=False):
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = (*size[::-1], 3) if colour else size[::-1]
    pixels = np.full(shape, value, np.uint8)
    if colour:
        pixels[..., 2] = 255 - value
    Image.fromarray(pixels).save(path)


@pytest.fixture
def folder(tmp_path):
    """Forty frames whose value is their number, named so that text order is another."""
    for number in range(40):
        save(tmp_path / "drive" / f"f{number}.png", number)
    return tmp_path / "drive"


def numbers(part):
    """The numbers of the frames of each window, past and future."""
    both = [(255 * part.inputs()).round(), (255 * part.targets()).round()]
    return [[int(value) for side in both for value in side[row, :, 0, 0]] for row in range(len(part))]


def test_windows_of_a_folder_are_in_natural_order_and_parts_share_no_frame(folder):
    data = load(folder, past=2, future=3)
    windows = {name: numbers(part) for name, part in data.subsets.items()}
    assert all(window == list(range(window[0], window[0] + 5)) for part in windows.values() for window in part)
    frames = {name: {frame for window in part for frame in window} for name, part in windows.items()}
    assert not frames["train"] & frames["validation"]
    assert not frames["validation"] & frames["test"]
    assert max(frames["train"]) < min(frames["validation"])
    assert max(frames["validation"]) < min(frames["test"])
    assert max(frames["test"]) == 39
    assert isinstance(data.modality, FrameWindows)
    assert (data.modality.past, data.modality.future, data.modality.frame_channels) == (2, 3, 1)
    notes = " ".join(data.notes)
    assert "36 windows of 2 + 3 frames (say --past and --future) from 40 grey frames of 6x8" in notes
    assert "natural order of names (2 before 10)" in notes
    assert "8 between them share frames with another part and are in none" in notes


def test_the_options_give_the_same_again(folder):
    data = load(folder, past=2, future=3, test=0.2, seed=4)
    again = load(folder, **data.options)
    assert again.fingerprint == data.fingerprint
    assert again.split.sizes == data.split.sizes
    assert again.names("test") == data.names("test")


def test_missing_and_damaged_frames_are_gaps(folder):
    (folder / "f10.png").unlink()
    (folder / "f20.png").write_bytes(b"no picture")
    data = load(folder, past=2, future=3)
    notes = " ".join(data.notes)
    assert "frames are missing at 2 places: 8 windows across them are left out" in notes
    assert "f20.png" in notes
    windows = [window for part in data.subsets.values() for window in numbers(part)]
    assert all(window == list(range(window[0], window[0] + 5)) for window in windows)


def test_each_subfolder_is_a_sequence_and_ten_are_divided_as_a_whole(tmp_path):
    for clip in range(12):
        for number in range(6):
            save(tmp_path / f"clip{clip}" / f"{number}.png", 20 * clip + number)
    data = load(tmp_path, past=2, future=2)
    assert data.split.sizes == {"train": 30, "validation": 3, "test": 3}
    clips = {name: {window[0] // 20 for window in numbers(part)} for name, part in data.subsets.items()}
    assert len(clips["train"] | clips["validation"] | clips["test"]) == 12
    assert not clips["train"] & clips["test"]
    assert "in 12 sequences" in " ".join(data.notes)


def test_folders_called_train_and_test_are_kept_as_parts(tmp_path):
    for part, first in (("train", 0), ("test", 100)):
        for number in range(30):
            save(tmp_path / part / "one" / f"{number}.png", first + number)
    data = load(tmp_path, past=2, future=2)
    assert all(window[0] >= 100 for window in numbers(data.test))
    assert len(data.test) == 27
    assert all(window[-1] < 30 for name in ("train", "validation") for window in numbers(data.subsets[name]))


def test_an_archive_of_frames_and_their_colours(tmp_path):
    for number in range(30):
        save(tmp_path / "frames" / f"{number}.png", number, colour=True)
    with zipfile.ZipFile(tmp_path / "frames.zip", "w") as archive:
        for file in (tmp_path / "frames").iterdir():
            archive.write(file, file.name)
    data = load(tmp_path / "frames.zip", past=2, future=1)
    assert data.data_shape == (6, 6, 8)
    assert data.train.target is not None
    assert data.train.target.shape[1:] == (3, 6, 8)


def test_large_frames_keep_their_proportions(tmp_path):
    for number in range(20):
        save(tmp_path / f"{number}.png", number, size=(256, 96))
    assert load(tmp_path, past=1, future=1).data_shape == (1, 48, 128)


@pytest.mark.parametrize("shape", [(12, 5, 6, 8), (12, 5, 6, 8, 1), (12, 5, 1, 6, 8)])
def test_arrays_of_clips_with_parts(tmp_path, shape):
    clips = np.arange(60, dtype=np.uint8).reshape(12, 5, *[1] * (len(shape) - 2)) * np.ones(shape[2:], np.uint8)
    np.savez(tmp_path / "clips.npz", x_train=clips[:10], x_test=clips[10:])
    data = load(tmp_path / "clips.npz", past=2, future=2)
    assert data.split.sizes == {"train": 18, "validation": 2, "test": 4}
    assert numbers(data.test) == [[50, 51, 52, 53], [51, 52, 53, 54], [55, 56, 57, 58], [56, 57, 58, 59]]
    assert load(tmp_path / "clips.npz", **data.options).fingerprint == data.fingerprint


def test_an_array_in_memory_of_colour_clips():
    clips = np.random.default_rng(0).integers(0, 255, (20, 4, 6, 8, 3), dtype=np.uint8)
    data = load(clips, past=1, future=3)
    assert data.data_shape == (3, 6, 8)
    first = data.split.test[0]
    expected = clips[first, 1:].transpose(0, 3, 1, 2).reshape(9, 6, 8) / np.float32(255)
    np.testing.assert_allclose(data.test.targets()[0].numpy(), expected, rtol=1e-6)


def test_too_few_frames_say_how_many_are_needed(tmp_path):
    for number in range(6):
        save(tmp_path / f"{number}.png", number)
    with pytest.raises(DataError, match=r"no 15 frames in a row, which a window of --past 5 and --future 10 needs.* 6"):
        load(tmp_path, past=5, future=10)
    with pytest.raises(DataError, match=r"3 windows of 4 frames cannot be divided.*12 frames in a row or more"):
        load(tmp_path, past=2, future=2)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"past": 5}, "--past goes with --future"), ({"future": 0}, "--future takes how many frames"),
     ({"future": 1, "patch": 8}, "--patch does not apply")],
)  # fmt: skip
def test_options_without_a_meaning(folder, options, message):
    with pytest.raises(ArgumentError, match=message):
        load(folder, **options)


def test_options_without_an_effect_are_refused(folder, tmp_path):
    with pytest.raises(ArgumentError, match="--array does not apply to drive"):
        load(folder, future=1, array="x")
    np.save(tmp_path / "clips.npy", np.zeros((12, 4, 6, 8), np.uint8))
    np.savez(tmp_path / "clips.npz", clips=np.zeros((12, 4, 6, 8), np.uint8))
    for options in ({"size": 16}, {"colour": "rgb"}, {"fit": "letterbox"}):
        for name in ("clips.npy", "clips.npz"):
            with pytest.raises(ArgumentError, match=f"--{next(iter(options))} does not apply to {name}"):
                load(tmp_path / name, future=1, **options)
    with pytest.raises(ArgumentError, match="--array does not apply"):
        load(tmp_path / "clips.npy", future=1, array="clips")
    data = load(tmp_path / "clips.npz", future=1, past=1, array="clips")
    assert load(tmp_path / "clips.npz", **data.options).fingerprint == data.fingerprint


def test_arrays_and_data_that_hold_no_clips(tmp_path):
    np.save(tmp_path / "rows.npy", np.zeros((9, 3), np.uint8))
    with pytest.raises(ShapeError, match=r"clips are \(clips, frames, height, width\)"):
        load(tmp_path / "rows.npy", future=1)
    with pytest.raises(DataError, match="no frames in order"):
        load("digits", future=1)
