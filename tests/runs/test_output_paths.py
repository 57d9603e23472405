import os
from pathlib import Path

import pytest

from autoencode.errors import ArgumentError
from autoencode.runs.output_paths import (
    cut_names_note,
    find_input_pictures,
    new_run_path,
    unique_names,
)


def test_files_and_folders_are_found_once_with_their_names(tmp_path):
    (tmp_path / "photos" / "deep").mkdir(parents=True)
    for name in ("a.png", "deep/b.jpg", "notes.txt"):
        (tmp_path / "photos" / name).write_bytes(b"")
    photos = tmp_path / "photos"
    found, skipped = find_input_pictures([photos / "a.png", photos, tmp_path / "gone.png"], tmp_path / "out")
    assert [name.as_posix() for _, name in found] == ["a.png", "deep/b.jpg", "gone.png"]
    assert [skip.file for skip in skipped] == [str(photos / "notes.txt")]


def test_a_pipe_would_wait_for_ever(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    found, skipped = find_input_pictures([tmp_path / "pipe.png"], tmp_path / "out")
    assert found == []
    assert [skip.reason for skip in skipped] == ["not a file"]


def test_results_go_to_a_folder(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(ArgumentError, match="is a file: give a folder"):
        find_input_pictures([tmp_path], tmp_path / "out")


def test_names_that_are_alike_get_numbers():
    names = [Path(name) for name in ("a.png", "A.png", "a-2.png", "sheet.png", "deep/a.png")]
    assert [str(name) for name in unique_names(names)] == ["a.png", "A-2.png", "a-2-2.png", "sheet-2.png", "deep/a.png"]


def test_names_that_are_too_long_are_cut_and_noted():
    long = [Path("in") / ("ä" * 127 + ".png"), Path("in") / ("ä" * 127 + "b.png"), Path("a.png")]
    names = unique_names([*long, long[0]])
    assert [len(os.fsencode(name.name)) for name in names] == [254, 254, 5, 254]
    assert len(set(names)) == 4
    assert all(name.suffix == ".png" for name in names)
    note = cut_names_note([*long, long[0]], names)
    assert note.startswith("a file's name has at most 255 bytes: in/ä")
    assert note.endswith(" and 2 more is a name that was cut")
    assert cut_names_note([Path("a.png"), Path("a.png")], unique_names([Path("a.png"), Path("a.png")])) is None


def test_run_folders_have_names_that_fit(tmp_path):
    path = new_run_path(tmp_path, "x" * 255, "mymodel:tiny_vae")
    path.mkdir()
    assert path.name == "x" * 150 + "-mymodel-tiny_vae"
    assert new_run_path(tmp_path, "x" * 255, "mymodel:tiny_vae").name == path.name + "-2"
