"""The frames of clips."""

from fractions import Fraction

import numpy as np
import pytest

from autoencode.data import load
from autoencode.data.images.picture_writer import MARK
from autoencode.data.video.clip import ClipHeader
from autoencode.data.video.clip_writer import open_clip_writer
from autoencode.errors import DataError

pytest.importorskip("av")


def write(path, values, times=None, size=(16, 32)):
    header = ClipHeader(*size, len(values), Fraction(10), Fraction(1, 10), grey=True)
    with path.open("wb") as file, open_clip_writer(file, path.suffix, header, lossless=True) as writer:
        for value, time in zip(values, times or range(len(values)), strict=True):
            writer.add(np.full((1, *size), value, np.uint8), time)


def test_windows_of_a_clip_follow_its_time(tmp_path):
    write(tmp_path / "a.mkv", range(0, 120, 4))
    data = load(tmp_path / "a.mkv", past=2, future=2)
    assert data.data_shape == (2, 16, 32)
    window = [*(255 * data.test.inputs()[-1]).round()[:, 0, 0].tolist(), *(255 * data.test.targets()[-1])[:, 0, 0]]
    assert window == pytest.approx([104, 108, 112, 116])


def test_frames_that_are_missing_in_a_clip_are_a_gap(tmp_path):
    write(tmp_path / "a.mkv", range(40), [*range(20), *range(50, 70)])
    assert "missing at 1 place: 3 windows" in " ".join(load(tmp_path / "a.mkv", past=2, future=2).notes)


def test_a_folder_of_clips_has_a_sequence_for_each(tmp_path):
    for number in range(10):
        write(tmp_path / f"{number}.mkv", range(number, number + 5))
    (tmp_path / "bad.mkv").write_bytes(b"no clip" + MARK)
    data = load(tmp_path, past=2, future=2)
    assert data.split.sizes == {"train": 16, "validation": 2, "test": 2}
    assert "1 of 11 files left out" in " ".join(data.notes)


def test_large_clips_are_scaled_and_damaged_ones_are_an_error(tmp_path):
    write(tmp_path / "a.mkv", range(30), size=(96, 256))
    data = load(tmp_path / "a.mkv", past=2, future=2)
    assert data.data_shape == (2, 48, 128)
    assert "scaled to 48x128" in " ".join(data.notes)
    (tmp_path / "b.mkv").write_bytes(b"no clip")
    with pytest.raises(DataError, match="no readable clip"):
        load(tmp_path / "b.mkv", future=1)
