"""Clips from files that nobody vouches for."""

import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from autoencode.data.images.picture import UnreadableError
from autoencode.data.video import clip
from autoencode.data.video.clip import is_clip, pyav, read_clip_header, read_frames
from autoencode.errors import CapabilityError
from support.clips import noise, pixels_of_clip, rotated, with_sound, write_clip


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_what_a_clip_says_about_itself() -> None:
    header = read_clip_header(write_clip("a.mp4", noise(7, 20, 24), rate=30))
    assert (header.height, header.width, header.frames, header.rate) == (20, 24, 7, 30)
    assert (header.grey, header.aspect, header.notes) == (False, 1, ())


def test_frames_are_counted_where_no_table_says() -> None:
    path = write_clip("a.mkv", noise(7))
    with av.open(str(path)) as container:
        assert container.streams.video[0].frames == 0
    assert read_clip_header(path).frames == 7


def test_frames_come_one_by_one_with_their_times() -> None:
    pixels = noise(6)
    frames = list(read_frames(write_clip("a.mkv", pixels)))
    assert np.array_equal(np.stack([frame.pixels for frame in frames]), pixels)
    assert [frame.time for frame in frames] == [40 * number for number in range(6)]


def test_a_clip_taken_sideways_is_rotated_upright() -> None:
    frames = np.repeat(np.repeat(noise(2, 5, 6), 8, axis=2), 8, axis=3)
    pixels = pixels_of_clip(write_clip("a.mp4", frames, aspect=Fraction(2)))
    path = rotated(Path("a.mp4"))
    header = read_clip_header(path)
    assert (header.height, header.width, header.aspect) == (48, 40, Fraction(1, 2))
    assert np.array_equal(pixels_of_clip(path), np.rot90(pixels, -1, axes=(2, 3)))


def test_more_than_eight_bits_are_noted() -> None:
    with av.open("deep.mp4", "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p10le"
        grey = av.VideoFrame.from_ndarray(np.full((32, 32, 3), 9, np.uint8), format="rgb24")
        container.mux(stream.encode(grey))
        container.mux(stream.encode(None))
    assert read_clip_header(Path("deep.mp4")).notes == ("more than 8 bits a channel became 8",)


def test_hostile_files_are_unreadable_with_a_reason() -> None:
    whole = write_clip("whole.mp4", noise()).read_bytes()
    Path("half.mp4").write_bytes(whole[: len(whole) // 2])
    Path("text.mp4").write_text("no clip")
    Path("empty.mkv").write_bytes(b"")
    Path("list.mp4").write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{Path('whole.mp4').resolve()}\n")
    Path("concat.avi").write_text("ffconcat version 1.0\nfile whole.mp4\n")
    for name in ("half.mp4", "text.mp4", "empty.mkv", "list.mp4", "concat.avi", "missing.mp4"):
        with pytest.raises(UnreadableError) as caught:
            read_clip_header(Path(name))
        assert str(caught.value).startswith("no clip, or a damaged one: ")
        assert "\n" not in str(caught.value)


def test_sound_alone_is_no_clip() -> None:
    with av.open("sound.mp4", "w") as container:
        stream = container.add_stream("aac", rate=16_000)
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        silence.sample_rate = 16_000
        container.mux(stream.encode(silence))
        container.mux(stream.encode(None))
    with pytest.raises(UnreadableError, match="a clip without pictures"):
        read_clip_header(Path("sound.mp4"))


def test_no_frames_is_no_clip() -> None:
    with av.open("none.mkv", "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 16, 16, "bgr0"
        container.start_encoding()
    with pytest.raises(UnreadableError):
        read_clip_header(Path("none.mkv"))


def test_frames_too_large_to_be_safe(monkeypatch) -> None:
    path = write_clip("a.mp4", noise(2, 20, 24))
    monkeypatch.setattr(clip, "_MOST_PIXELS", 20 * 24 - 1)
    with pytest.raises(UnreadableError, match="frames of more than 479 pixels, too many to be safe"):
        read_clip_header(path)


def test_names_that_look_like_addresses_are_files() -> None:
    assert read_clip_header(write_clip("concat:a|b.mkv", noise(3))).frames == 3
    assert is_clip(Path("A.MOV"))
    assert not is_clip(Path("a.gif"))


def test_a_missing_library_says_how_to_get_it(monkeypatch) -> None:
    path = with_sound("a.mp4", noise())
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(CapabilityError, match=r"pip install av"):
        pyav()
    with pytest.raises(UnreadableError, match="PyAV, which is not installed"):
        read_clip_header(path)
