import hashlib
import socket
from pathlib import Path

import pytest

from autoencode.data.published import download
from autoencode.data.published.cache import make_fetch, search_folders
from autoencode.data.published.download import RemoteFile
from autoencode.errors import DownloadError
from support.serving import served

CONTENT = b"some content"


def published(url: str = "http://127.0.0.1:1/file") -> RemoteFile:
    return RemoteFile("file", url, hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))


def test_the_own_folder_comes_before_the_cache(cache: Path, tmp_path: Path, monkeypatch):
    assert search_folders("set") == (cache / "set",)
    monkeypatch.setenv("AUTOENCODE_DATA", str(tmp_path / "own"))
    assert search_folders("set") == (tmp_path / "own" / "set", cache / "set")


def test_a_file_in_the_own_folder_or_the_cache_is_not_fetched(cache: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("AUTOENCODE_DATA", str(tmp_path / "own"))
    for folder in (cache / "set", tmp_path / "own" / "set"):
        folder.mkdir(parents=True)
        (folder / "file").write_bytes(CONTENT)
        assert make_fetch("set", allow_download=False)(published()) == CONTENT


def test_what_is_nowhere_is_fetched_once(cache: Path):
    with served(content=CONTENT) as serving:
        for _ in range(2):
            assert make_fetch("set")(published(serving.url)) == CONTENT
        assert serving.asked == ["/file"]
    assert (cache / "set" / "file").read_bytes() == CONTENT


def test_unreachable_is_one_line_that_names_every_place(cache: Path, monkeypatch):
    monkeypatch.setattr(download, "_PAUSE", 0)
    monkeypatch.setenv("AUTOENCODE_DATA", "/own")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/file"
    expected = rf"set is neither under AUTOENCODE_DATA=/own nor in {cache}/set nor reachable at {url}: .*refused"
    with pytest.raises(DownloadError, match=expected) as caught:
        make_fetch("set")(published(url))
    assert "\n" not in str(caught.value)


def test_without_leave_to_download(cache: Path):
    expected = r"set is neither in a folder named by AUTOENCODE_DATA \(which is not set\) nor in .*, and downloading is"
    with pytest.raises(DownloadError, match=expected):
        make_fetch("set", allow_download=False)(published())


def test_a_damaged_file_is_an_error_and_stays(cache: Path):
    (cache / "set").mkdir(parents=True)
    (cache / "set" / "file").write_bytes(b"Some content")
    with pytest.raises(DownloadError, match=r"file is not the published file: SHA-256 .*; delete it"):
        make_fetch("set")(published())
    assert (cache / "set" / "file").read_bytes() == b"Some content"
