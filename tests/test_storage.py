import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from autoencode import storage
from autoencode.errors import DataError, StorageError
from autoencode.storage import (
    atomic_open,
    atomic_write,
    exclusive_lock,
    open_regular,
    remove_file,
    remove_unfinished,
)
from support.disks import FullDisk


def test_writes_into_folders_that_are_missing(tmp_path: Path):
    path = tmp_path / "a" / "b" / "file"
    with atomic_open(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


def test_writes_text_and_bytes(tmp_path: Path):
    for content, expected in (("wörd", "wörd".encode()), (b"bytes", b"bytes")):
        atomic_write(tmp_path / "file", content)
        assert (tmp_path / "file").read_bytes() == expected


def test_an_error_inside_leaves_the_old_file_and_nothing_else(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(DataError, match="stop"):
        write_half(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def write_half(path: Path) -> None:
    with atomic_open(path) as file:
        file.write(b"half")
        raise DataError("stop")


def test_a_full_disk_names_the_path_and_the_bytes_and_leaves_nothing(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(storage, "_open_new", lambda path: FullDisk(path, "xb"))
    path = tmp_path / "file"
    with (
        pytest.raises(
            StorageError, match=rf"cannot write {path} \(1,234 bytes needed\): the disk is full; free some space"
        ),
        atomic_open(path, 1234) as file,
    ):
        file.write(b"x")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with (
        pytest.raises(StorageError, match=r"cannot write .*(Not a directory|File exists)"),
        atomic_open(tmp_path / "file" / "inside"),
    ):
        pass


def test_a_lock_has_one_holder_and_leaves_no_file(tmp_path: Path):
    path = tmp_path / ".lock"
    with exclusive_lock(path):
        with pytest.raises(BlockingIOError), exclusive_lock(path):
            pass
        assert path.exists()
    assert not path.exists()
    with exclusive_lock(path):
        pass


def test_a_lock_file_that_its_holder_removes_is_made_anew(tmp_path: Path, monkeypatch):
    path, lock, removals = tmp_path / ".lock", storage._lock_now, iter([tmp_path / ".lock"])

    def lock_what_is_gone(descriptor: int) -> None:
        for gone in removals:
            gone.unlink()
        lock(descriptor)

    monkeypatch.setattr(storage, "_lock_now", lock_what_is_gone)
    with exclusive_lock(path), pytest.raises(BlockingIOError), exclusive_lock(path):
        pass


def test_where_nothing_can_be_locked_work_goes_on(tmp_path: Path, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr(storage.fcntl, "flock", refuse)
    with exclusive_lock(tmp_path / ".lock"), exclusive_lock(tmp_path / ".lock"):
        pass


def test_a_lock_is_not_made_through_a_link(tmp_path: Path):
    (tmp_path / ".lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="cannot write"), exclusive_lock(tmp_path / ".lock"):
        pass
    assert not (tmp_path / "elsewhere").exists()


# Run folders ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """A run folder, in which a stranger may have put anything."""
    folder = tmp_path / "runs" / "theirs"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text('{"format": 2, "autoencode": "0.1.0"}')
    return folder


def test_nothing_is_written_or_removed_through_a_link_inside_a_run_folder(stranger: Path, tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "mine.txt").write_text("mine")
    shutil.copytree(stranger, outside / "another-run")
    (stranger / "figures").symlink_to(outside)
    (stranger / "deep").mkdir()
    (stranger / "deep" / "samples").symlink_to("../../../outside/another-run")
    (stranger / "step").symlink_to("figures")
    for path in ("figures/a.png", "figures/new/a.png", "deep/samples/a.png", "step/mine.txt", "figures/../a.png"):
        with pytest.raises(StorageError, match="is a link, and inside a run folder nothing is written through links"):
            atomic_write(stranger / path, "theirs")
    with pytest.raises(StorageError, match="is a link"):
        remove_file(stranger / "figures" / "mine.txt")
    assert sorted(path.name for path in outside.iterdir()) == ["another-run", "mine.txt"]
    assert (outside / "mine.txt").read_text() == "mine"
    assert [path.name for path in (outside / "another-run").iterdir()] == ["run.json"]


def test_a_file_that_is_a_link_is_replaced_and_not_what_it_leads_to(stranger: Path, tmp_path: Path):
    (tmp_path / "mine.txt").write_text("mine")
    (stranger / "report.html").symlink_to(tmp_path / "mine.txt")
    atomic_write(stranger / "report.html", "new")
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert (stranger / "report.html").read_text() == "new"
    assert not (stranger / "report.html").is_symlink()


def test_links_that_a_person_made_to_a_run_folder_are_followed(stranger: Path, tmp_path: Path):
    (tmp_path / "latest").symlink_to(stranger)
    atomic_write(tmp_path / "latest" / "figures" / "a.png", "x")
    assert (stranger / "figures" / "a.png").read_text() == "x"
    (tmp_path / "run.json").write_text('{"name": "of another program"}')
    (tmp_path / "results").symlink_to(tmp_path / "runs")
    atomic_write(tmp_path / "results" / "b.png", "x")


def test_a_name_as_long_as_names_may_be_is_written(tmp_path: Path):
    for name in ("x" * 255, "ä" * 127, "é" * 125 + ".png"):
        atomic_write(tmp_path / name, "x")
        assert (tmp_path / name).read_text() == "x"
    with pytest.raises(StorageError, match=r"cannot write .*: File name too long"):
        atomic_write(tmp_path / ("x" * 256), "x")


def test_what_killed_processes_left_is_removed_and_what_is_being_written_stays(tmp_path: Path):
    script = f"""
import os, sys
from pathlib import Path
from autoencode.storage import atomic_open
with atomic_open(Path({str(tmp_path)!r}) / "deep" / "state") as file:
    file.write(b"half")
    file.flush()
    os.kill(os.getpid(), 9)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -signal.SIGKILL
    left = list((tmp_path / "deep").iterdir())
    assert [path.suffix for path in left] == [".part"]
    (tmp_path / "notes.part").touch()
    (tmp_path / ".hidden").touch()
    with atomic_open(tmp_path / "deep" / "state") as file:
        file.write(b"whole")
        remove_unfinished(tmp_path)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["state"]
    assert {path.name for path in tmp_path.iterdir()} == {"deep", "notes.part", ".hidden"}
    remove_unfinished(tmp_path / "none")


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for name in ("pipe", "link", ".", "none"):
        with pytest.raises(OSError):  # noqa: PT011  # of several kinds
            open_regular(tmp_path / name)


def test_a_folder_is_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for path in (Path(), tmp_path):
        with pytest.raises(StorageError, match="is a folder"):
            atomic_write(path, "text")
    assert not list(tmp_path.iterdir())
