"""Clips through a trained model, and what is left when something goes wrong."""

import math
import sys
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from PIL import Image

from autoencode import storage
from autoencode.data.video.clip import read_clip_header
from autoencode.errors import ArgumentError, CapabilityError, DataError, StorageError
from autoencode.evaluation import clip_quality
from autoencode.runs.run import Run
from autoencode.tasks import Restorer, restore, train
from autoencode.tasks.restore import clip as restore_clip
from support.clips import noise, pixels_of_clip, rotated, with_sound, write_clip
from support.disks import FullDisk
from support.reporters import InterruptAfter, Recorder

TINY = {"widths": (4, 8), "patch": 16, "steps": 3, "batch_size": 8, "command": "test"}


@pytest.fixture(scope="module")
def clip_run(tmp_path_factory) -> Run:
    """A model of colour clips, trained for a moment; five frames at a time."""
    folder = tmp_path_factory.mktemp("runs")
    return train(write_clip(folder / "a.mkv", noise(30, 16, 16)), "video-self-restorer", out=folder / "run", **TINY)


@pytest.fixture(scope="module")
def grey_clip_run(tmp_path_factory) -> Run:
    """The same of grey ones and with clean clips, three frames at a time."""
    folder = tmp_path_factory.mktemp("runs")
    clip = write_clip(folder / "a.mkv", noise(30, 16, 16, channels=1))
    noisy = {"corruption": ("gaussian:0.1",), "frames": 3}
    return train(clip, "video-restorer", out=folder / "run", **noisy, **TINY)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)


def through(run: Run, pixels: np.ndarray, reach: int) -> np.ndarray:
    """What the model makes of (frames, channels, height, width)."""
    restorer, frames, n = Restorer(run), torch.from_numpy(pixels), len(pixels)
    restored = []
    for middle in range(n):
        steps = [step for step in range(-reach, reach + 1) if step]
        near = [middle + step if 0 <= middle + step < n else middle - step for step in steps]
        restored.append(restorer(frames[middle], neighbours=frames[near] if reach else None).numpy())
    return np.stack(restored)


def test_a_clip_comes_back_frame_by_frame_under_its_name(clip_run: Run) -> None:
    pixels = noise(9, 33, 50)
    write_clip("in/more/a.mkv", pixels)
    done = restore(clip_run, ["in"], "out", lossless=True)
    assert done.files == (Path("out/more/a.mkv"),)
    expected = through(clip_run, pixels, 2)
    assert np.array_equal(pixels_of_clip(done.files[0]), expected)
    error = (expected.astype(float) - pixels) / 255
    assert done.change.value == pytest.approx(math.sqrt(np.square(error).mean()), rel=1e-5)
    with Image.open(done.sheet) as sheet:
        assert sheet.width > 200


def test_what_is_not_the_picture_stays_as_it_is(clip_run: Run) -> None:
    source = with_sound("a.mp4", noise(12, 32, 48))
    (path,) = restore(clip_run, [source], "out").files
    before, after = read_clip_header(source), read_clip_header(path)
    assert before == after
    with av.open(str(path)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert sum(packet.size > 0 for packet in container.demux(audio=0)) > 10
    rotated(source)
    assert (before.width, before.height) == (48, 32)
    (path,) = restore(clip_run, [source], "out").files
    assert read_clip_header(path)[:2] == (48, 32)


def test_the_context_is_the_neighbours_in_their_order(clip_run: Run) -> None:
    run = Run(clip_run.path)
    with torch.no_grad():
        for weight in run.model.encoder.parameters():
            weight.normal_(0, 0.1)
        frames = torch.from_numpy(noise(5, 16, 16))
        units = frames.float() / 255
        context = units[[0, 1, 3, 4]].flatten(0, 1)[None]
        expected = 255 * run.model.decode(run.model.encode(units[2:3], context).mean, context).mean[0].clamp(0, 1)
    restored = Restorer(run)(frames[2], neighbours=frames[[0, 1, 3, 4]])
    assert (restored - expected).abs().max() <= 1
    assert not torch.equal(restored, Restorer(run)(frames[2], neighbours=frames[[4, 3, 1, 0]]))


def test_a_model_of_pictures_restores_a_clip_frame_by_frame(local_run: Run) -> None:
    pixels = noise(3, 20, 24)
    done = restore(local_run, [write_clip("a.mkv", pixels)], "out", lossless=True)
    assert np.array_equal(pixels_of_clip(done.files[0]), through(local_run, pixels, 0))


def test_grey_clips_and_models_mix_with_colour(clip_run: Run, grey_clip_run: Run, monkeypatch) -> None:
    colour, grey = noise(6, 20, 24), np.repeat(noise(6, 20, 24, channels=1), 3, axis=1)
    write_clip("colour.mkv", colour)
    write_clip("grey.mkv", grey)
    seen = []
    passed = Restorer._reconstruct
    monkeypatch.setattr(
        Restorer, "_reconstruct", lambda self, model, frames: (seen.append(1), passed(self, model, frames))[1]
    )
    restored = restore(grey_clip_run, ["colour.mkv", "grey.mkv"], "out", lossless=True).files
    assert len(seen) == 6 * 3 + 6  # grey frames go through once, not three times
    channels = [through(grey_clip_run, colour[:, [channel]], 1) for channel in range(3)]
    assert np.array_equal(pixels_of_clip(restored[0]), np.concatenate(channels, axis=1))
    assert np.array_equal(pixels_of_clip(restored[1])[:, :1], through(grey_clip_run, grey[:, :1], 1))
    expected = through(clip_run, grey, 2)
    assert np.array_equal(pixels_of_clip(restore(clip_run, ["grey.mkv"], "out", lossless=True).files[0]), expected)


def test_a_still_picture_has_no_neighbours(clip_run: Run) -> None:
    write_clip("in/a.mkv", noise(6))
    Image.new("RGB", (20, 24)).save("in/b.png")
    done = restore(clip_run, ["in"], "out")
    assert [path.name for path in done.files] == ["a.mkv"]
    assert done.skipped[0].file == "in/b.png"
    assert "in sight of 4 neighbours, and there are 0: give clips to it" in done.skipped[0].reason
    with pytest.raises(DataError, match=r"none of the 1 files could be restored; in/b.png: .*give clips to it"):
        restore(clip_run, ["in/b.png"], "out")


def test_clips_that_cannot_be_restored_are_skipped_and_leave_nothing(clip_run: Run) -> None:
    write_clip("in/good.mkv", noise(8, 64, 64))
    write_clip("in/short.mkv", noise(3))
    Path("in/bad.mp4").write_bytes(b"no clip")
    done = restore(clip_run, ["in"], "out")
    assert [path.name for path in done.files] == ["good.mkv"]
    reasons = {skip.file: skip.reason for skip in done.skipped}
    assert reasons["in/bad.mp4"].startswith("no clip, or a damaged one")
    assert reasons["in/short.mkv"] == "3 frames, and a frame with 2 on either side needs at least 4"
    assert sorted(path.name for path in Path("out").iterdir()) == ["good.mkv", "sheet.png"]


def test_no_clip_that_was_given_is_overwritten(clip_run: Run) -> None:
    path = write_clip("in/a.mkv", noise(6))
    content = path.read_bytes()
    with pytest.raises(ArgumentError, match="would be overwritten"):
        restore(clip_run, ["in"], "in")
    assert path.read_bytes() == content


def test_progress_is_reported_frame_by_frame(clip_run: Run) -> None:
    write_clip("a.mkv", noise(8))
    recorder = Recorder()
    restore(clip_run, ["a.mkv"], "out", reporter=recorder)
    assert recorder.calls[0][2] == 8 * 20 * 24
    assert recorder.done_of("restoring") == pytest.approx([frame * 20 * 24 for frame in range(1, 9)])


def test_a_stop_in_the_midst_of_a_clip_keeps_those_before_and_nothing_of_it(clip_run: Run) -> None:
    for name in "ab":
        write_clip(f"in/{name}.mkv", noise(8))
    done = restore(clip_run, ["in"], "out", reporter=InterruptAfter("restoring", 12 * 20 * 24))
    assert (done.interrupted, len(done.files), done.asked) == (True, 1, 2)
    assert sorted(path.name for path in Path("out").iterdir()) == ["a.mkv", "sheet.png"]


@pytest.mark.parametrize("lossless", [False, True])
def test_a_disk_that_fills_leaves_no_half_file(clip_run: Run, monkeypatch, lossless: bool) -> None:
    write_clip("in/a.mp4", noise(8, 64, 64))
    monkeypatch.setattr(storage, "_open_new", lambda path: FullDisk(path, "xb"))
    with pytest.raises(StorageError, match=r"cannot write out/a.m(p4|kv): the disk is full") as caught:
        restore(clip_run, ["in"], "out", lossless=lossless)
    assert "\n" not in str(caught.value)
    assert list(Path("out").iterdir()) == []


def test_against_clean_clips(clip_run: Run) -> None:
    clean, noisy = noise(8) // 2, noise(8)
    write_clip("clean/a.mkv", clean)
    write_clip("in/a.mkv", noisy)
    write_clip("in/b.mkv", noisy)
    write_clip("clean/c.mkv", noise(8, 10, 10))
    write_clip("in/c.mkv", noisy)
    Image.new("RGB", (20, 24)).save("clean/d.png")
    write_clip("in/d.mkv", noisy)
    done = restore(clip_run, ["in"], "out", clean="clean", lossless=True)
    (measured,) = done.clips
    assert measured.name == "a.mkv"
    assert measured.degraded == clip_quality(clean, noisy)
    assert measured.restored == clip_quality(clean, pixels_of_clip(Path("out/a.mkv")))
    assert [skip.reason for skip in done.unpaired] == [
        "no picture of this name in clean",
        "its clean picture is 10x10 pixels, and it is 24x20",
        "it and clean/d.png are not of one kind: picture, clip, volume",
    ]
    assert done.quality is None


def test_frames_are_read_as_they_are_needed(clip_run: Run, monkeypatch) -> None:
    path = write_clip("a.mkv", noise(12))
    read, recorder = [], Recorder()
    frames = restore_clip.read_frames

    def counted(source: Path):
        for number, frame in enumerate(frames(source)):
            read.append(number)
            assert number <= len(recorder.done_of("restoring a clip")) + 2
            yield frame

    monkeypatch.setattr(restore_clip, "read_frames", counted)
    job = replace(restore_clip.ClipJob.of(path, Path("out.mkv"), lossless=True), output=Path("out.mkv"))
    job.restore(Restorer(clip_run), restore_clip.Sheet(1), recorder, None)
    assert (read, recorder.done_of("restoring a clip")) == (list(range(12)), list(range(1, 13)))


def test_tiles_of_a_frame_make_no_seams(clip_run: Run) -> None:
    frames = torch.from_numpy(noise(5, 90, 110))
    whole, tiles = Restorer(clip_run), Restorer(clip_run, tile=64)
    args = frames[2], frames[[0, 1, 3, 4]]
    assert whole.finite_encoder is not None
    assert (whole(*args).int() - tiles(*args)).abs().max() <= 1


def test_a_missing_library_says_how_to_get_it(clip_run: Run, monkeypatch) -> None:
    write_clip("in/a.mkv", noise(6))
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(DataError, match=r"in/a.mkv: clips are read and written by PyAV.* pip install av"):
        restore(clip_run, ["in"], "out")


def test_a_model_of_clips_wants_its_neighbours(clip_run: Run) -> None:
    with pytest.raises(CapabilityError, match="in sight of 4 neighbours, and there are 2"):
        Restorer(clip_run)(torch.zeros(3, 8, 8).byte(), neighbours=torch.zeros(2, 3, 8, 8).byte())
