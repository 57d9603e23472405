"""Compiled code is kept where only this user can write, and is loaded only where it is whole."""

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autoencode.kernels import cache_folder
from autoencode.kernels.cache_folder import (
    check_private,
    is_intact,
    locked_without_truncated_libraries,
    private_cache_folder,
    seal,
)

posix = pytest.mark.skipif("getuid" not in dir(os), reason="users and groups are those of POSIX")
linux = pytest.mark.skipif(sys.platform != "linux", reason="the format of libraries is that of Linux")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache folder, which does not exist yet."""
    monkeypatch.setattr(cache_folder.platformdirs, "user_cache_dir", lambda _: str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def group_writable() -> Iterator[None]:
    """The default umask of Ubuntu and Fedora."""
    before = os.umask(0o002)
    yield
    os.umask(before)


@posix
@pytest.mark.usefixtures("group_writable")
def test_a_folder_is_made_for_this_user_alone(cache: Path) -> None:
    folder = private_cache_folder("programs")
    assert folder == cache / "programs"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (cache, folder)] == [0o700, 0o700]
    assert private_cache_folder("programs") == folder


@posix
@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777])
def test_a_folder_that_others_can_write_to_is_refused(cache: Path, mode: int) -> None:
    (cache / "programs").mkdir(parents=True)
    (cache / "programs").chmod(mode)
    with pytest.raises(PermissionError, match=r"other users can write to .*programs: remove it"):
        private_cache_folder("programs")


@posix
def test_a_folder_of_another_user_is_refused(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private_cache_folder("programs")
    monkeypatch.setattr(cache_folder.os, "getuid", lambda: -1)
    with pytest.raises(PermissionError):
        private_cache_folder("programs")


@posix
def test_a_link_into_the_folder_of_another_is_refused(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere").chmod(0o777)
    cache.mkdir()
    (cache / "programs").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PermissionError):
        private_cache_folder("programs")


def test_a_relative_path_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where there is no home folder: it would be another file in another working folder."""
    monkeypatch.chdir(tmp_path)
    Path("file").touch(mode=0o600)
    with pytest.raises(PermissionError):
        check_private(Path("file"))


def test_a_sealed_file_is_intact_until_it_is_changed_or_cut_off(tmp_path: Path) -> None:
    file = tmp_path / "library.so"
    file.write_bytes(b"0123456789")
    assert not is_intact(file)
    seal(file)
    assert is_intact(file)
    for content in (b"01234", b"012345678 ", b""):
        file.write_bytes(content)
        assert not is_intact(file)
    file.unlink()
    assert not is_intact(file)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"10 bytes"])
def test_a_damaged_seal_is_none(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "library.so"
    file.write_bytes(b"0123456789")
    seal(file).write_bytes(content)
    assert not is_intact(file)


def a_library() -> bytes:
    """Some library of this machine."""
    import _ctypes

    return Path(_ctypes.__file__).read_bytes()


@linux
@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.999])
def test_truncated_libraries_are_deleted(tmp_path: Path, share: float) -> None:
    whole, cut = tmp_path / "a" / "whole.so", tmp_path / "b" / "cut.so"
    for file, content in ((whole, a_library()), (cut, a_library()[: int(share * len(a_library()))])):
        file.parent.mkdir()
        file.write_bytes(content)
    (tmp_path / "b" / "source.cpp").write_text("int main() {}")
    with locked_without_truncated_libraries(tmp_path):
        assert whole.exists()
        assert not cut.exists()
        assert (tmp_path / "b" / "source.cpp").exists()


@linux
def test_a_library_that_a_killed_linker_had_not_begun_to_fill_is_deleted(tmp_path: Path) -> None:
    (tmp_path / "zeros.so").write_bytes(bytes(20_000))
    with locked_without_truncated_libraries(tmp_path):
        assert not (tmp_path / "zeros.so").exists()


@linux
def test_nothing_is_deleted_while_another_process_compiles(tmp_path: Path) -> None:
    with locked_without_truncated_libraries(tmp_path):
        (tmp_path / "being-written.so").write_bytes(b"\x7fELF")
        with locked_without_truncated_libraries(tmp_path):  # another open file has a lock of its own
            assert (tmp_path / "being-written.so").exists()
    with locked_without_truncated_libraries(tmp_path):
        assert not (tmp_path / "being-written.so").exists()


@pytest.mark.parametrize("problem", ["no locks", "no module"])
def test_without_locks_nothing_is_deleted(tmp_path: Path, problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no locks here")

    if problem == "no module":
        monkeypatch.setattr(cache_folder, "fcntl", None)
    else:
        monkeypatch.setattr(cache_folder.fcntl, "flock", refuse)
    (tmp_path / "cut.so").write_bytes(b"\x7fELF")
    with locked_without_truncated_libraries(tmp_path):
        assert (tmp_path / "cut.so").exists()
