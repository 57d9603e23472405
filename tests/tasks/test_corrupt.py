import os

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.corruptions import Gaussian
from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError, CancelledError, DataError, UnknownNameError
from autoencode.runs.replacing import replace_anything
from autoencode.runtime.cancellation import CancelToken
from autoencode.tasks import corrupt
from support.reporters import CancelAfter, InterruptAfter, Recorder


def save(path, height=30, width=40, mode="L", seed=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    channels = {"L": (), "RGB": (3,), "RGBA": (4,)}[mode]
    pixels = np.random.default_rng(seed).integers(60, 200, (height, width, *channels), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image).astype(float)


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    save(folder / "a.png")
    save(folder / "deep" / "b.jpg", 21, 50, "RGB")
    save(folder / "one.png", 1, 1)
    (folder / "bad.png").write_bytes(b"no picture")
    (folder / "notes.txt").write_text("no picture either")
    return folder


def test_copies_keep_size_colour_and_folders(photos, tmp_path):
    done = corrupt([photos], ["gaussian:0.1", "levels"], tmp_path / "out")
    names = [path.relative_to(tmp_path / "out").as_posix() for path in done.files]
    assert names == ["a.png", "deep/b.png", "one.png"]
    assert [pixels(path).shape for path in done.files] == [(30, 40), (21, 50, 3), (1, 1)]
    noise = (pixels(done.files[0]) - pixels(photos / "a.png")) / 255
    assert abs(noise.std() - 0.1) < 0.02
    assert abs(noise.mean()) < 0.02
    assert [(skip.file, skip.reason) for skip in done.skipped] == [
        (str(photos / "notes.txt"), "neither pictures nor clips"),
        (str(photos / "bad.png"), "no picture in a format that is read"),
    ]


def test_values_are_cut_off_at_black_and_white(tmp_path):
    Image.new("L", (40, 40), 250).save(tmp_path / "light.png")
    (copy,) = corrupt([tmp_path / "light.png"], "gaussian:0.1", tmp_path / "out").files
    assert pixels(copy).min() > 100
    assert pixels(copy).max() == 255


def test_the_sheet_shows_originals_above(photos, tmp_path):
    done = corrupt([photos / "a.png"], "masking-noise:1", tmp_path / "out")
    sheet = pixels(done.sheet)[..., :3]
    half = (sheet.shape[0] - 4) // 2
    assert sheet[:half].min() >= 60
    assert sheet[-half:].max() == 0


def test_the_seed_and_the_name_decide_and_not_the_others(photos, tmp_path):
    together = corrupt([photos], "gaussian", tmp_path / "one").files[1]
    alone = corrupt([photos / "deep"], "gaussian", tmp_path / "two").files[0]
    other_name = pixels(together) - pixels(alone)
    assert np.abs(other_name).max() > 0  # deep/b and b
    again = corrupt([photos], "gaussian", tmp_path / "three").files[1]
    assert np.array_equal(pixels(again), pixels(together))
    save(photos / "0-first.png")
    assert np.array_equal(pixels(corrupt([photos], "gaussian", tmp_path / "four").files[2]), pixels(together))
    other_seed = corrupt([photos], "gaussian", tmp_path / "five", seed=1).files[2]
    assert not np.array_equal(pixels(other_seed), pixels(together))


def test_the_generator_of_the_process_stays_as_it_was(photos, tmp_path):
    before = torch.random.get_rng_state()
    corrupt([photos], "gaussian", tmp_path / "out")
    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_corruption_or_a_function_will_do(photos, tmp_path):
    corrupt([photos], Gaussian(0.1), tmp_path / "one")
    done = corrupt([photos / "a.png"], lambda batch: Batch(1 - batch.x, batch.target), tmp_path / "two")
    assert np.array_equal(pixels(done.files[0]), 255 - pixels(photos / "a.png"))


def test_transparency_and_dpi_are_kept_and_not_corrupted(tmp_path):
    save(tmp_path / "logo.png", 30, 40, "RGBA")
    with Image.open(tmp_path / "logo.png") as image:
        image.save(tmp_path / "logo.png", dpi=(300, 300))
    (copy,) = corrupt([tmp_path / "logo.png"], "masking-noise:0.5", tmp_path / "out").files
    assert np.array_equal(pixels(copy)[..., 3], pixels(tmp_path / "logo.png")[..., 3])
    assert not np.array_equal(pixels(copy)[..., :3], pixels(tmp_path / "logo.png")[..., :3])
    with Image.open(copy) as image:
        assert round(image.info["dpi"][0]) == 300


@pytest.mark.parametrize("out", [".", "photos"])
def test_no_file_that_is_given_is_overwritten(photos, tmp_path, monkeypatch, out):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.png").hardlink_to(photos / "a.png")  # the same file by another name
    before = (photos / "a.png").read_bytes()
    with pytest.raises(
        ArgumentError, match=r"a\.png is one of the files that were given, and it would be overwritten: choose another"
    ):
        corrupt([photos], "masking-noise:1", out)
    assert (photos / "a.png").read_bytes() == before
    assert not (tmp_path / "one.png").exists()


@pytest.mark.parametrize("name", ["one.png", "sheet.png"])
def test_a_persons_other_file_of_the_same_name_is_not_replaced(photos, tmp_path, name):
    mine = save(tmp_path / "out" / name).read_bytes()
    with pytest.raises(ArgumentError, match=rf"{name} is there already, and autoencode did not write it"):
        corrupt([photos], "masking-noise:1", tmp_path / "out")
    assert [path.read_bytes() for path in (tmp_path / "out").iterdir()] == [mine]
    with replace_anything():
        corrupt([photos], "masking-noise:1", tmp_path / "out")
    corrupt([photos], "masking-noise:0.5", tmp_path / "out")  # what it wrote itself


@pytest.mark.parametrize("texts", [["watermark:a.png", "levels"], ["levels", "watermark:a.png | none"]])
def test_a_logo_is_not_overwritten(photos, tmp_path, monkeypatch, texts):
    monkeypatch.chdir(tmp_path)
    logo = save(tmp_path / "a.png").read_bytes()
    with pytest.raises(ArgumentError, match=r"a\.png is one of the files"):
        corrupt([photos], texts, ".")
    assert (tmp_path / "a.png").read_bytes() == logo


def test_a_file_that_cannot_be_read_is_not_overwritten_either(photos):
    save(photos / "bad.jpg")
    with pytest.raises(ArgumentError, match=r"bad\.png is one of the files"):
        corrupt([photos / "bad.jpg", photos / "bad.png"], "masking-noise:1", photos)


def test_copies_inside_a_folder_are_not_corrupted_again(photos):
    first = corrupt([photos], "masking-noise:1", photos / "corrupted")
    again = corrupt([photos], "masking-noise:1", photos / "corrupted")
    assert again.files == first.files


def test_names_that_are_alike_or_the_sheet_s_get_numbers(tmp_path):
    files = [
        save(tmp_path / "x" / "a.png"),
        save(tmp_path / "y" / "A.png"),
        save(tmp_path / "y" / "a-2.jpg"),
        save(tmp_path / "x" / "sheet.png"),
        tmp_path / "x" / ".." / "x" / "a.png",  # the first one again
    ]
    done = corrupt(files, "levels", tmp_path / "out")
    assert [path.name for path in done.files] == ["a.png", "A-2.png", "a-2-2.png", "sheet-2.png"]
    assert done.sheet.name == "sheet.png"


def test_nothing_that_can_be_read_is_an_error(photos, tmp_path):
    with pytest.raises(DataError, match=r"none of the 2 files could be read; .*bad\.png: no picture"):
        corrupt([photos / "bad.png", photos / "gone.png"], "levels", tmp_path / "out")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"no pictures in .*empty"):
        corrupt([tmp_path / "empty"], "levels", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_pipe_is_left_out(photos, tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    done = corrupt([tmp_path / "pipe.png", photos / "a.png"], "levels", tmp_path / "out")
    assert [skip.reason for skip in done.skipped] == ["not a file"]


def test_wrong_corruptions_and_missing_logos_are_errors_and_no_reason_to_skip(photos, tmp_path):
    with pytest.raises(UnknownNameError, match="no corruption named 'rust'"):
        corrupt([photos], "rust", tmp_path / "out")
    with pytest.raises(DataError, match="there is no file"):
        corrupt([photos], f"watermark:{tmp_path / 'gone.png'}", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_progress_is_reported(photos, tmp_path):
    recorder = Recorder()
    corrupt([photos / "a.png", photos / "one.png"], "levels", tmp_path / "out", reporter=recorder)
    assert recorder.calls[0] == ("start", "corrupting", 2, "pictures", 0)
    assert recorder.done_of("corrupting") == [0, 1]


@pytest.mark.parametrize("how", [KeyboardInterrupt, CancelledError])
def test_copies_that_are_written_stay_where_it_is_stopped(photos, tmp_path, how):
    cancel = CancelToken()
    recorder = CancelAfter("corrupting", 1, cancel) if how is CancelledError else InterruptAfter("corrupting", 1)
    with pytest.raises(how):
        corrupt([photos / "a.png", photos / "one.png"], "levels", tmp_path / "out", reporter=recorder, cancel=cancel)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.png"]
    assert recorder.of("note") == [f"1 of 2 pictures are in {tmp_path / 'out'}"]


def test_a_large_picture_is_shown_whole_and_as_it_is(tmp_path):
    save(tmp_path / "large.png", 1200, 900)
    sheet = pixels(corrupt([tmp_path / "large.png"], "gaussian:0", tmp_path / "out").sheet)
    assert sheet.shape[:2] == (2 * 480 + 4, 360 + 4 + 480)
    middle = pixels(tmp_path / "large.png")[360:840, 210:690]
    assert np.array_equal(sheet[:480, 364:, 0], middle)
