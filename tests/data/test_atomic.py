import errno
from pathlib import Path

import pytest

from autoencode.data import atomic
from autoencode.data.atomic import replacing
from autoencode.errors import DataError, StorageError


class FullDisk:
    """A file whose disk is full."""

    def __init__(self, file):
        self.file = file

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.file.close()

    def write(self, content):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_writes_into_folders_that_are_missing(tmp_path: Path):
    path = tmp_path / "a" / "b" / "file"
    with replacing(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


def test_an_error_inside_leaves_the_old_file_and_nothing_else(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(DataError), replacing(path) as file:
        file.write(b"half")
        raise DataError("stop")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_names_the_path_and_the_bytes_and_leaves_nothing(tmp_path: Path, monkeypatch):
    created = atomic._created
    monkeypatch.setattr(atomic, "_created", lambda path: FullDisk(created(path)))
    path = tmp_path / "file"
    with (
        pytest.raises(StorageError, match=rf"cannot write {path} \(1,234 bytes needed\): No space left on device"),
        replacing(path, 1234) as file,
    ):
        file.write(b"x")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with (
        pytest.raises(StorageError, match="cannot write .*(Not a directory|File exists)"),
        replacing(tmp_path / "file" / "inside"),
    ):
        pass
