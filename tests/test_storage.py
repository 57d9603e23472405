import errno
from pathlib import Path

import pytest

from autoencode import storage
from autoencode.errors import DataError, StorageError
from autoencode.storage import atomic_open, atomic_write, exclusive_lock
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
    path, first = tmp_path / ".lock", iter([False])
    lead = storage._is_at
    monkeypatch.setattr(storage, "_is_at", lambda *given: next(first, lead(*given)))
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
