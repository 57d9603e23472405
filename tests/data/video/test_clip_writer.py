"""Copies of clips."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from autoencode.data.video.clip import read_clip_header, read_frames
from autoencode.data.video.clip_writer import open_clip_writer, output_clip_name
from support.clips import header_of, noise, pixels_of_clip, with_sound, write_clip


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)


def smooth(frames: int, height: int, width: int) -> np.ndarray:
    """A wash of colours that moves."""
    down, right = np.mgrid[:height, :width]
    times = np.arange(frames)[:, None, None]
    red, green = 128 + 100 * np.sin(down / 9 + times / 5), 128 + 100 * np.cos(right / 9 - times / 5)
    return np.stack([red, green, 255 - (red + green) / 2], axis=1).astype(np.uint8)


def copied(source: Path, name: str, **options: bool) -> Path:
    header = read_clip_header(source)
    with Path(name).open("wb") as file, open_clip_writer(file, Path(name).suffix, header, source, **options) as writer:
        for frame in read_frames(source):
            writer.add(frame.pixels, frame.time)
    copied.notes = writer.notes
    return Path(name)


def test_without_loss_every_value_is_kept() -> None:
    pixels = noise(5, 17, 23)
    assert np.array_equal(pixels_of_clip(write_clip("a.mkv", pixels)), pixels)
    assert np.array_equal(pixels_of_clip(copied(Path("a.mkv"), "b.mkv", lossless=True)), pixels)


@pytest.mark.parametrize(("size", "kind"), [((48, 64), "yuv420p"), ((47, 64), "yuv444p"), ((1, 3), "yuv444p")])
@pytest.mark.parametrize("matrix", [2, 1, 9, 0])
def test_any_size_and_the_colours_are_right(size: tuple[int, int], kind: str, matrix: int) -> None:
    pixels = smooth(4, *size)
    path = write_clip("a.mp4", pixels, colours=(2, 2, matrix))
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", kind)
        assert int(stream.codec_context.colorspace) == (matrix or 2)
    assert np.abs(pixels_of_clip(path).astype(int) - pixels).mean() < 4


def test_grey_frames_are_written_as_grey() -> None:
    pixels = noise(3, channels=1)
    assert np.array_equal(pixels_of_clip(write_clip("a.mkv", pixels)), np.broadcast_to(pixels, (3, 3, 20, 24)))


def test_times_are_kept_also_uneven_ones() -> None:
    pixels, times = noise(4), [0, 3, 4, 9]
    header = header_of(pixels, rate=30)
    with Path("a.mp4").open("wb") as file, open_clip_writer(file, ".mp4", header) as writer:
        for frame, time in zip(pixels, times, strict=True):
            writer.add(frame, time)
    path = copied(Path("a.mp4"), "b.mov")
    base = read_clip_header(path).time_base
    assert [frame.time * base for frame in read_frames(path)] == [Fraction(time, 30) for time in times]


def test_frames_without_times_or_with_the_same_come_one_after_the_other() -> None:
    pixels = noise(4)
    with Path("a.mkv").open("wb") as file, open_clip_writer(file, ".mkv", header_of(pixels), lossless=True) as writer:
        for frame, time in zip(pixels, (None, None, 1, None), strict=True):
            writer.add(frame, time)
    with av.open("a.mkv") as container:
        assert [frame.time for frame in container.decode(video=0)] == pytest.approx([0, 0.04, 0.08, 0.12])


def test_pixels_that_are_not_square_stay_so() -> None:
    path = copied(write_clip("a.mp4", noise(), aspect=Fraction(128, 117)), "b.mp4")
    assert read_clip_header(path).aspect == Fraction(128, 117)


def heard(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


@pytest.mark.parametrize("name", ["b.mp4", "b.mov", "b.mkv"])
def test_sound_is_copied_as_it_is(name: str) -> None:
    source = with_sound("a.mp4", noise(10))
    path = copied(source, name)
    assert len(heard(source)) > 10
    assert heard(path) == heard(source)
    assert len(pixels_of_clip(path)) == 10
    assert copied.notes == ()


def test_sound_that_a_file_cannot_hold_is_left_out_and_noted() -> None:
    source = with_sound("a.avi", noise(10), codec="wmav2")
    path = copied(source, "b.mp4")
    assert read_clip_header(path).frames == 10
    assert copied.notes == ("its sound is of a kind that this file cannot hold, and is left out",)


def test_names() -> None:
    assert output_clip_name(Path("a/b.webm"), lossless=False) == Path("a/b.mp4")
    assert output_clip_name(Path("a/b.MKV"), lossless=False) == Path("a/b.MKV")
    assert output_clip_name(Path("a/b.mp4"), lossless=True) == Path("a/b.mkv")
