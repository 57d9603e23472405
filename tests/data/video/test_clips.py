"""Examples from clips."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.data import load
from autoencode.data.options import ReadOptions
from autoencode.data.video import clips
from autoencode.data.video.clips import choose_patches, holds_clips, read_clips
from autoencode.errors import ArgumentError, CapabilityError, DataError
from support.clips import header_of, noise, write_clip


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)


def long(frames: int = 30, height: int = 16, width: int = 16) -> np.ndarray:
    return noise(frames, height, width)


def test_an_example_is_a_patch_and_the_same_place_in_the_frames_around_it() -> None:
    pixels = noise(30, 20, 24)
    examples = read_clips(write_clip("a.mkv", pixels), ReadOptions(patch=16, frames=5))
    assert examples.x.shape[1:] == (3, 16, 16)
    assert examples.context.shape[1:] == (12, 16, 16)
    middles = [2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 16, 17, 22, 23, 24, 25, 26, 27]  # of blocks of ten frames
    assert len(examples.x) == len(middles) * 4
    for place, middle in enumerate(middles):
        for corner, (top, left) in enumerate([(0, 0), (0, 8), (4, 0), (4, 8)]):
            around = pixels[middle - 2 : middle + 3, :, top : top + 16, left : left + 16]
            assert np.array_equal(examples.x[4 * place + corner], around[2])
            others = np.concatenate([around[0], around[1], around[3], around[4]])
            assert np.array_equal(examples.context[4 * place + corner], others)
    assert examples.groups.tolist() == [0] * 24 + [1] * 24 + [2] * 24
    assert (
        "72 patches of 16x16 from 5 frames, the middle one being the target, of 1 clips, at full size" in examples.notes
    )


def test_one_frame_has_no_context() -> None:
    pixels = long()
    examples = read_clips(write_clip("a.mkv", pixels), ReadOptions(patch=16))
    assert examples.context is None
    assert np.array_equal(examples.x, pixels)


def blocks(frames: int, reach_frames: int = 5, clips_in_all: int = 1) -> list[int]:
    headers = [header_of(np.empty((frames, 3, 8, 8), np.uint8))] * clips_in_all
    return choose_patches(headers, 8, reach_frames, 10**6)[0].blocks


def test_time_is_cut_into_blocks_as_long_as_there_are_enough() -> None:
    assert blocks(1000) == list(range(0, 1001, 50))
    assert blocks(40) == [0, 10, 20, 30, 40]
    assert blocks(17) == [0, 5, 10, 17]  # shorter ones, as there must be three
    assert blocks(9) == [0, 9]
    assert blocks(1000, clips_in_all=20) == [0, 1000]
    assert blocks(1000, clips_in_all=7) == [0, 333, 666, 1000]
    assert blocks(1000, clips_in_all=12) == [0, 500, 1000]


def test_no_frame_is_seen_by_examples_of_two_parts() -> None:
    pixels = long(200)
    pixels[:, 0] = np.arange(200)[:, None, None]  # each frame says which it is
    data = load(write_clip("a.mkv", pixels), patch=16, frames=5)
    seen = [
        {*part.x[:, 0].unique().tolist(), *part.context[:, ::3].unique().tolist()}
        for part in (data.train, data.validation, data.test)
    ]
    assert [len(each) for each in seen] == [160, 20, 20]
    assert set.union(*seen) == set(range(200))
    again = load("a.mkv", **data.options)
    assert (again.fingerprint, again.data_shape) == (data.fingerprint, (3, 16, 16))
    assert torch.equal(again.train.context, data.train.context)


def test_too_many_are_thinned_alike_over_time_and_place() -> None:
    headers = [header_of(np.empty((n, 3, 80, 80), np.uint8)) for n in (400, 20)]
    one, other = choose_patches(headers, 16, 1, 2_000)
    assert (len(one), len(other)) == (400 * 2, 20 * 50)  # of each as many, if they go evenly into its frames
    frames = list(one.places)
    assert frames[0] < 5
    assert frames[-1] > 395
    assert len(torch.cat([*one.places.values()]).unique()) == 81
    again, _ = choose_patches(headers, 16, 1, 2_000)
    assert all(torch.equal(places, again.places[frame]) for frame, places in one.places.items())
    (few,) = choose_patches(headers[:1], 16, 1, 100)
    assert list(few.places) == list(range(0, 400, 4))  # fewer patches than frames
    (all_,) = choose_patches(headers[1:], 16, 1, 2_000)
    assert len(all_) == 20 * 81


def test_a_folder_of_clips_and_what_is_left_out() -> None:
    for name in ("a.mkv", "more/b.mkv"):
        write_clip(f"in/{name}", long())
    write_clip("in/short.mkv", noise(4, 16, 16))
    Path("in/broken.mp4").write_bytes(b"no clip")
    examples = read_clips(Path("in"), ReadOptions(patch=16, frames=5))
    assert set(examples.files) == {"a.mkv", "more/b.mkv"}
    assert [(skip.file, skip.reason[:7]) for skip in examples.skipped] == [
        ("broken.mp4", "no clip"),
        ("short.mkv", "4 frame"),
    ]
    assert any(note.startswith("2 of 4 files left out or read in part: broken.mp4") for note in examples.notes)
    assert int(examples.groups[-1]) == 5


def test_a_clip_that_ends_early_gives_what_it_has() -> None:
    whole = write_clip("a.mkv", long(60, 64, 64)).read_bytes()
    Path("a.mkv").write_bytes(whole[: len(whole) // 2])
    examples = read_clips(Path("a.mkv"), ReadOptions(patch=64, frames=3))
    assert 10 < len(examples.x) < 35
    assert examples.groups.unique().tolist() == list(range(int(examples.groups[-1]) + 1))


def test_grey_if_every_frame_is() -> None:
    grey = np.broadcast_to(long()[:, :1], (30, 3, 16, 16))
    examples = read_clips(write_clip("a.mkv", grey), ReadOptions(patch=16, frames=3))
    assert examples.x.shape[1:] == (1, 16, 16)
    assert examples.context.shape[1:] == (2, 16, 16)
    assert examples.options["colour"] == "grey"
    assert np.array_equal(read_clips(Path("a.mkv"), ReadOptions(colour="grey", patch=16, frames=3)).x, examples.x)
    assert read_clips(Path("a.mkv"), ReadOptions(colour="rgb", patch=16, frames=3)).x.shape[1] == 3


def test_grey_of_colours_is_pillows() -> None:
    pixels = long()
    examples = read_clips(write_clip("a.mkv", pixels), ReadOptions(colour="grey", patch=16))
    expected = [np.asarray(Image.fromarray(frame.transpose(1, 2, 0)).convert("L")) for frame in pixels]
    assert np.array_equal(examples.x[:, 0], np.stack(expected))


def test_which_paths_are_clips() -> None:
    write_clip("clips/a.mkv", noise())
    write_clip("both/a.mkv", noise())
    Image.new("L", (8, 8)).save("both/a.png")
    Path("none").mkdir()
    assert holds_clips(Path("clips/a.mkv"))
    assert holds_clips(Path("clips"))
    assert not holds_clips(Path("both"))
    assert not holds_clips(Path("none"))
    assert load("clips", patch=8, validation=1, test=1).data_shape == (3, 8, 8)


def test_options_without_meaning() -> None:
    path = write_clip("a.mkv", long())
    for options, message in (
        ({"frames": 4}, "--frames takes an odd number"),
        ({"frames": -1}, "--frames takes an odd number"),
        ({"patch": 0}, "--patch takes the side"),
        ({"colour": "blue"}, "--colour takes auto"),
        ({"size": 8, "values": "0-1"}, "--size and --values do not apply to a.mkv: leave them out"),
        ({"axes": "nchw"}, "--axes does not apply to a.mkv: leave it out"),
    ):
        with pytest.raises(ArgumentError, match=message):
            load(path, **options)
    with pytest.raises(ArgumentError, match="--frames does not apply to"):
        load(np.zeros((9, 8, 8)), frames=3)


def test_nothing_to_learn_from() -> None:
    Path("a.mp4").write_bytes(b"no clip")
    with pytest.raises(DataError, match=r"no readable clip in .*/a.mp4: a.mp4 \(no clip, or a damaged one"):
        load("a.mp4")
    Path("empty").mkdir()
    with pytest.raises(DataError, match=r"no clips in .*/empty; give a clip or a folder of clips"):
        load("empty", frames=5)
    with pytest.raises(DataError, match="blocks of frames found: 1; at least 3 are needed"):
        load(write_clip("b.mkv", noise(9, 16, 16)), frames=5)


def test_a_missing_library_is_reported_before_anything_else(monkeypatch) -> None:
    write_clip("a.mkv", noise())
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(CapabilityError, match=r"pip install av"):
        load("a.mkv")


def test_a_long_clip_is_read_as_far_as_its_first_frames(monkeypatch) -> None:
    monkeypatch.setattr(clips, "_MOST_FRAMES", 20)
    examples = read_clips(write_clip("a.mkv", long(30)), ReadOptions(patch=16))
    assert len(examples.x) == 20
