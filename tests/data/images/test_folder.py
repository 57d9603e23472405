from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.data import memory
from autoencode.data.examples import Examples
from autoencode.data.images.folder import read_folder
from autoencode.data.values import ValueRange
from autoencode.errors import ArgumentError, CancelledError, DataError
from autoencode.runtime.cancellation import CancelToken
from support.reporters import CancelAfter, Recorder


def notes(examples: Examples) -> str:
    return "\n".join(examples.notes)


def test_small_pictures_of_one_size_keep_it(draw):
    folder = [draw(f"{i}.png", (8, 6)) for i in range(3)][-1].parent
    examples = read_folder(folder)
    assert examples.x.shape == (3, 3, 8, 6)
    assert examples.x.dtype == torch.uint8
    for place, name in enumerate(examples.files):
        assert np.array_equal(examples.x[place].permute(1, 2, 0).numpy(), np.asarray(Image.open(folder / name)))
    assert "size 8x6 (height x width), as in the files" in notes(examples)
    assert "colour, as some pictures are" in notes(examples)
    assert examples.options == {"values": "0-255", "size": [8, 6], "colour": "rgb", "target": None, "patch": None}


def test_different_sizes_are_fitted_and_a_note_gives_the_range(draw):
    draw("a.png", (8, 6))
    draw("b.png", (10, 40))
    examples = read_folder(draw("c.png", (100, 90)).parent)
    assert examples.x.shape == (3, 3, 64, 64)
    assert "fitted to 64x64" in notes(examples)
    assert "sizes from 8x6 to 100x90 were found (say --size to choose)" in notes(examples)


def test_large_pictures_of_one_size_are_fitted(draw):
    folder = [draw(f"{i}.png", (129, 20)) for i in range(3)][-1].parent
    examples = read_folder(folder)
    assert examples.x.shape[2:] == (64, 64)
    assert "all are 129x20" in notes(examples)


def test_a_size_that_was_asked_for_is_taken(draw):
    folder = draw("a.png", (8, 6)).parent
    assert read_folder(folder, size=(4, 12)).x.shape == (1, 3, 4, 12)


def test_grey_only_if_every_picture_is(draw):
    draw("a.png", mode="L")
    draw("b.png", mode="LA")
    Image.new("RGB", (8, 8), (7, 7, 7)).save(draw("c.png", mode="L").parent / "d.png")
    folder = draw("e.png", mode="L").parent
    examples = read_folder(folder)
    assert examples.x.shape == (5, 1, 8, 8)
    assert bool((examples.x[3] == 7).all())
    assert np.array_equal(examples.x[0, 0].numpy(), np.asarray(Image.open(folder / "a.png")))
    assert "grey, as every picture is" in notes(examples)
    draw("f.png", mode="RGB")
    assert read_folder(folder).x.shape == (6, 3, 8, 8)


@pytest.mark.parametrize(("colour", "channels"), [("grey", 1), ("rgb", 3)])
def test_colour_can_be_forced(draw, colour: str, channels: int):
    draw("a.png", mode="L")
    examples = read_folder(draw("b.png").parent, colour=colour)
    assert examples.x.shape[1] == channels
    assert f"colour {colour}, as asked" in examples.notes


def test_files_that_are_no_pictures_are_left_out_and_listed(draw):
    folder = draw("a.png").parent
    draw("d.png")
    (folder / "b.png").write_bytes(b"no picture")
    (folder / "c.png").write_bytes((folder / "a.png").read_bytes()[:100])
    (folder / "readme.txt").write_text("hello")
    examples = read_folder(folder)
    assert examples.files == ("a.png", "d.png")
    assert len(examples.x) == 2
    assert [skip.file for skip in examples.skipped] == ["b.png", "c.png"]
    assert "2 of 5 files skipped: b.png (no picture in a format that is read); c.png (damaged: " in notes(examples)


def test_the_note_shows_the_first_three_reasons(draw):
    folder = draw("z.png").parent
    for i in range(5):
        (folder / f"{i}.png").write_bytes(b"")
    note = next(note for note in read_folder(folder).notes if "skipped" in note)
    assert note.startswith("5 of 6 files skipped: 0.png")
    assert note.endswith("; …")
    assert "3.png" not in note


def test_an_empty_folder(tmp_path: Path):
    with pytest.raises(DataError, match=r"holds no files; give a folder of pictures"):
        read_folder(tmp_path)


def test_a_folder_without_pictures(tmp_path: Path):
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(
        DataError, match=r"no readable picture in .*: 1 files looked at; none has the ending of a picture"
    ):
        read_folder(tmp_path)


def test_a_folder_of_nothing_readable_gives_the_first_reasons(tmp_path: Path):
    for i in range(4):
        (tmp_path / f"{i}.jpg").write_bytes(b"junk")
    with pytest.raises(DataError, match=r"4 files looked at; 0.jpg \(no picture in a format that is read\); 1.jpg"):
        read_folder(tmp_path)


def test_subfolders_are_classes(draw):
    for name in ("dog/1.png", "cat/1.png", "cat/2.png"):
        folder = draw(name).parent.parent
    examples = read_folder(folder)
    assert examples.classes == ("cat", "dog")
    assert examples.labels.tolist() == [0, 0, 1]
    assert examples.files == ("cat/1.png", "cat/2.png", "dog/1.png")
    assert "labels from 2 subfolders: cat, dog" in examples.notes
    draw("top.png")
    assert read_folder(folder).labels is None


def test_every_picture_is_reported(draw):
    folder = [draw(f"{i}.png") for i in range(3)][-1].parent
    recorder = Recorder()
    read_folder(folder, reporter=recorder)
    assert recorder.calls[0] == ("start", "reading", 3, "pictures", 0)
    assert recorder.done_of("reading") == [1, 2, 3]
    assert recorder.calls[-1] == ("finish", "reading")


def test_reading_can_be_cancelled(draw):
    folder = [draw(f"{i}.png") for i in range(3)][-1].parent
    cancel = CancelToken()
    recorder = CancelAfter("reading", 2, cancel)
    with pytest.raises(CancelledError):
        read_folder(folder, reporter=recorder, cancel=cancel)
    assert recorder.done_of("reading") == [1, 2]


def test_more_than_the_memory_is_refused(draw, monkeypatch):
    monkeypatch.setattr(memory, "physical_memory", lambda: 100)
    with pytest.raises(DataError, match=r"pictures needs .* GiB and this machine has"):
        read_folder(draw("a.png").parent)


def test_options_without_meaning_are_refused(draw):
    folder = draw("a.png").parent
    with pytest.raises(ArgumentError, match=r"--colour takes auto, grey, rgb, not 'blue'"):
        read_folder(folder, colour="blue")
    with pytest.raises(ArgumentError, match=r"picture files hold values 0-255; leave --values out, not raw"):
        read_folder(folder, ValueRange.RAW)


def test_names_that_are_no_text_are_read(draw):
    folder = draw("a.png").parent
    strange = folder / "b\n\udcff.png"
    strange.write_bytes((folder / "a.png").read_bytes())
    assert read_folder(folder).files == ("a.png", r"b\n\udcff.png")
