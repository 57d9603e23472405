"""Where results go, and what is refused before any work."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoencode.data.images.full_picture import FullPicture
from autoencode.data.images.picture_writer import encode_picture
from autoencode.errors import ArgumentError, DataError
from autoencode.tasks.restore.plan import Plan, plan


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def draw(*names: str, size: tuple[int, int] = (6, 5), mode: str = "RGB") -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Image.new(mode, size).save(name)


def names(made: Plan) -> dict[str, str]:
    return {job.source.as_posix(): job.output.as_posix() for job in made.jobs}


def test_files_keep_their_names_and_folders_their_inside() -> None:
    draw("scan.jpg", "in/a.png", "in/more/a.png", "in/more/b.gif")
    made = plan(["scan.jpg", "in"], Path("out"))
    assert names(made) == {
        "scan.jpg": "out/scan.jpg",
        "in/a.png": "out/a.png",
        "in/more/a.png": "out/more/a.png",
        "in/more/b.gif": "out/more/b.png",
    }
    assert [job.size for job in made.jobs] == [(5, 6)] * 4
    assert made.jobs[0].pixels == 30


def test_no_two_results_have_one_name() -> None:
    draw("one/a.png", "two/a.png", "two/A.PNG", "two/a-2.png", "two/a.gif", "two/sheet.png")
    outputs = list(names(plan(["one", "two"], Path("out"))).values())
    assert len({output.casefold() for output in outputs}) == len(outputs) == 6
    assert "out/sheet.png" not in outputs
    assert outputs[0] == "out/a.png"


def test_a_file_given_twice_is_restored_once() -> None:
    draw("in/a.png", "in/b.png")
    made = plan(["in/b.png", "in", "./in/a.png"], Path("out"))
    assert [job.source.as_posix() for job in made.jobs] == ["in/b.png", "in/a.png"]


def test_pictures_with_alpha_in_a_kind_without_become_png() -> None:
    draw("a.png", mode="RGBA")
    Path("a.png").rename("a.jpg")
    assert names(plan(["a.jpg"], Path("out"))) == {"a.jpg": "out/a.png"}


def test_results_inside_the_folder_are_not_restored_again() -> None:
    draw("in/a.png", "in/out/without-a-mark.png")
    for name in ("a.png", "sheet.png"):
        Path("in/out", name).write_bytes(encode_picture(FullPicture(np.zeros((1, 8, 8), np.uint8)), ".png"))
    assert names(plan(["in"], Path("in/out"))) == {"in/a.png": "in/out/a.png"}
    assert names(plan(["in", "in/out/sheet.png"], Path("other"))).keys() >= {"in/out/sheet.png"}


@pytest.mark.parametrize(
    ("files", "out"),
    [(["in"], "in"), (["in/a.png"], "in"), (["in"], "link"), (["in"], "in/../in/."), (["other/sheet.png"], "other")],
)
def test_a_result_never_takes_the_place_of_a_file_that_was_given(files: list[str], out: str) -> None:
    draw("in/a.png", "other/sheet.png")
    Path("link").symlink_to("in")
    with pytest.raises(ArgumentError, match=r"is one of the files that were given, and it would be overwritten.*--out"):
        plan(files, Path(out))


def test_nor_of_one_that_is_called_otherwise() -> None:
    draw("in/a.png", "out/b.png")
    os.link("in/a.png", "out/a.png")
    with pytest.raises(ArgumentError, match="would be overwritten"):
        plan(["in"], Path("out"))


def test_nor_of_one_that_cannot_be_read() -> None:
    draw("more/b.png")
    Path("in").mkdir()
    Path("in/b.png").write_bytes(b"no picture yet")
    with pytest.raises(ArgumentError, match="would be overwritten"):
        plan(["in", "more"], Path("in"))


def test_nor_of_a_clean_picture() -> None:
    draw("in/a.png", "clean/a.png")
    with pytest.raises(ArgumentError, match=r"clean/a.png is one of the files that were given"):
        plan(["in"], Path("clean"), Path("clean"))


def test_earlier_results_may_be_replaced_and_a_persons_files_not() -> None:
    draw("in/a.png", "out/a.png")
    with pytest.raises(ArgumentError, match=r"out/a.png is there already, and autoencode did not write it"):
        plan(["in"], Path("out"))
    Path("out/a.png").write_bytes(encode_picture(FullPicture(np.zeros((1, 8, 8), np.uint8)), ".png"))
    assert names(plan(["in"], Path("out"))) == {"in/a.png": "out/a.png"}


def test_what_cannot_be_read_is_listed() -> None:
    draw("in/a.png")
    Path("in/b.png").write_bytes(b"no picture")
    Path("in/notes.txt").write_text("no picture by name")
    Path("in/out.png").symlink_to("/etc/hostname")
    made = plan(["in", "none.png", "in/notes.txt"], Path("out"))
    assert list(names(made)) == ["in/a.png"]
    assert {(skip.file, skip.reason) for skip in made.skipped} == {
        ("in/out.png", "a link that leads out of the folder"),
        ("in/b.png", "no picture in a format that is read"),
        ("none.png", "No such file or directory"),
        ("in/notes.txt", "no picture in a format that is read"),
        ("in/notes.txt", "neither pictures nor clips"),
    }


def test_nothing_to_restore() -> None:
    Path("empty").mkdir()
    Path("b.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match="no pictures in empty"):
        plan(["empty"], Path("out"))
    with pytest.raises(DataError, match=r"none of the 1 files could be restored; b.png: no picture in a format"):
        plan(["b.png"], Path("out"))


def test_clean_pictures_are_matched_by_name_and_size() -> None:
    draw("in/a.jpg", "in/more/b.png", "in/c.png", "in/d.png", "in/e.png", "clean/a.png", "clean/more/b.png")
    draw("clean/b.png", "clean/e.gif", "clean/e.png")
    draw("clean/d.png", size=(5, 6))
    made = plan(["in"], Path("out"), Path("clean"))
    assert {job.source.as_posix(): job.clean and job.clean.as_posix() for job in made.jobs} == {
        "in/a.jpg": "clean/a.png",
        "in/more/b.png": "clean/more/b.png",
        "in/c.png": None,
        "in/d.png": None,
        "in/e.png": "clean/e.png",
    }
    assert {(skip.file, skip.reason) for skip in made.unpaired} == {
        ("in/c.png", "no picture of this name in clean"),
        ("in/d.png", "its clean picture is 5x6 pixels, and it is 6x5"),
    }


def test_clean_pictures_that_are_not_there() -> None:
    draw("in/a.png", "clean/b.png")
    with pytest.raises(ArgumentError, match="--clean none: there is no such folder"):
        plan(["in"], Path("out"), Path("none"))
    with pytest.raises(DataError, match=r"none of the 1 pictures has a clean one in clean, matched by name; in/a.png"):
        plan(["in"], Path("out"), Path("clean"))
    Path("clean/a.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"its clean picture clean/a.png cannot be read"):
        plan(["in"], Path("out"), Path("clean"))
