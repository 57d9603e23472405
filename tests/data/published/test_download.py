import gzip
import hashlib
import socket
from pathlib import Path

import pytest

from autoencode import storage
from autoencode.data.published import download as module
from autoencode.data.published.download import RemoteFile, UnreachableError, download, read_verified
from autoencode.errors import CancelledError, DownloadError, StorageError
from autoencode.runtime.cancellation import CancelToken
from support.disks import FullDisk
from support.reporters import CancelAfter, Recorder
from support.serving import served

CONTENT = bytes(range(256)) * 4000


@pytest.fixture(autouse=True)
def quickly(monkeypatch, cache):
    monkeypatch.setattr(module, "_PAUSE", 0)


def published(url: str, content: bytes = CONTENT, *, gzipped_in_cache: bool = False) -> RemoteFile:
    return RemoteFile("file", url, hashlib.sha256(content).hexdigest(), len(content), gzipped_in_cache)


def nothing_in(folder: Path) -> bool:
    return not folder.exists() or not list(folder.rglob("*"))


def test_fetches_and_reports_how_far_it_is(cache: Path):
    recorder = Recorder()
    with served(content=CONTENT) as serving:
        download(published(serving.url), cache / "file", reporter=recorder)
    assert (cache / "file").read_bytes() == CONTENT
    assert [path.name for path in cache.iterdir()] == ["file"]
    done = recorder.done_of("downloading")
    assert recorder.calls[0] == ("start", "downloading", len(CONTENT), "bytes", 0)
    assert done[-1] == len(CONTENT)
    assert done == sorted(done)
    assert len(done) > 1


def test_a_cancelled_download_leaves_nothing(cache: Path):
    cancel = CancelToken()
    recorder = CancelAfter("downloading", 1, cancel)
    with served(content=CONTENT) as serving, pytest.raises(CancelledError):
        download(published(serving.url), cache / "file", reporter=recorder, cancel=cancel)
    assert len(recorder.done_of("downloading")) == 1
    assert nothing_in(cache)


def test_who_cancels_does_not_wait_for_another_attempt(cache: Path, monkeypatch):
    monkeypatch.setattr(module, "_PAUSE", 60)
    cancel = CancelToken()
    with served(content=CONTENT[:1000], announced=len(CONTENT)) as serving:
        recorder = CancelAfter("downloading", 1, cancel)
        with pytest.raises(CancelledError):
            download(published(serving.url), cache / "file", reporter=recorder, cancel=cancel)
        assert len(serving.asked) == 1


def test_bulky_text_is_kept_gzipped(cache: Path):
    with served(content=CONTENT) as serving:
        file = published(serving.url, gzipped_in_cache=True)
        download(file, cache / file.cached_name)
    assert gzip.decompress((cache / "file.gz").read_bytes()) == CONTENT
    assert read_verified(cache / "file.gz", file) == CONTENT


def test_a_truncated_answer_is_tried_again_and_never_kept(cache: Path):
    with served(content=CONTENT[:1000], announced=len(CONTENT)) as serving:
        with pytest.raises(UnreachableError, match=r"1,000 of 1,024,000 bytes|IncompleteRead"):
            download(published(serving.url), cache / "file")
        assert len(serving.asked) == 3
    assert nothing_in(cache)


@pytest.mark.parametrize("gzipped_in_cache", [False, True])
def test_a_wrong_checksum_is_never_kept(cache: Path, gzipped_in_cache: bool):
    with served(content=CONTENT[::-1]) as serving:
        with pytest.raises(DownloadError, match=r"is not the published file: SHA-256 .* was expected, .* obtained"):
            download(published(serving.url, gzipped_in_cache=gzipped_in_cache), cache / "file")
        assert len(serving.asked) == 1
    assert nothing_in(cache)


def test_an_endless_answer_is_stopped(cache: Path):
    with (
        served(content=CONTENT * 3) as serving,
        pytest.raises(
            DownloadError, match=r"sends more than the 1,024,000 bytes that were published; nothing was kept"
        ),
    ):
        download(published(serving.url), cache / "file")
    assert nothing_in(cache)


def test_a_404_is_final(cache: Path):
    with served(status=404) as serving:
        with pytest.raises(UnreachableError, match=r"404 Not Found"):
            download(published(serving.url), cache / "file")
        assert len(serving.asked) == 1
    assert nothing_in(cache)


def test_a_server_that_recovers_is_waited_for(cache: Path):
    with served(content=CONTENT, failures=2) as serving:
        download(published(serving.url), cache / "file")
    assert (cache / "file").read_bytes() == CONTENT


def test_a_refused_connection(cache: Path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(UnreachableError, match=r"refused"):
        download(published(f"http://127.0.0.1:{port}/file"), cache / "file")
    assert nothing_in(cache)


@pytest.mark.parametrize("location", ["file:///etc/hostname", "ftp://127.0.0.1/file"])
def test_redirections_to_other_than_http_are_refused(cache: Path, location: str):
    with served(status=302, location=location) as serving, pytest.raises(UnreachableError):
        download(published(serving.url), cache / "file")
    assert nothing_in(cache)


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://127.0.0.1/file", ""])
def test_other_addresses_than_http_are_refused(cache: Path, url: str):
    with pytest.raises(DownloadError, match=r"is neither http nor https"):
        download(published(url), cache / "file")


def test_no_answer_in_time(cache: Path, monkeypatch):
    monkeypatch.setattr(module, "_TIMEOUT", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(UnreachableError, match=r"timed out"):
        download(published(f"http://127.0.0.1:{silent.getsockname()[1]}/file"), cache / "file")
    assert nothing_in(cache)


@pytest.mark.parametrize("gzipped_in_cache", [False, True])
def test_a_full_disk_names_the_path_and_the_bytes(cache: Path, monkeypatch, gzipped_in_cache: bool):
    monkeypatch.setattr(storage, "_open_new", lambda path: FullDisk(path, "xb"))
    with (
        served(content=CONTENT) as serving,
        pytest.raises(StorageError, match=r"cannot write .*file \(1,024,000 bytes needed\): the disk is full"),
    ):
        download(published(serving.url, gzipped_in_cache=gzipped_in_cache), cache / "file")
    assert nothing_in(cache)


CACHED = b"0 1\n" * 1000


def kept_file(**changes: object) -> RemoteFile:
    facts = {"name": "file", "url": "", "sha256": hashlib.sha256(CACHED).hexdigest(), "size": len(CACHED)}
    return RemoteFile(**{**facts, **changes})


def test_the_published_file_is_read(tmp_path: Path):
    (tmp_path / "file").write_bytes(CACHED)
    assert read_verified(tmp_path / "file", kept_file()) == CACHED


def test_bulky_text_is_read_gzipped_or_not(tmp_path: Path):
    file = kept_file(gzipped_in_cache=True)
    assert file.names == ("file.gz", "file")
    (tmp_path / "file").write_bytes(CACHED)
    (tmp_path / "file.gz").write_bytes(gzip.compress(CACHED))
    for name in file.names:
        assert read_verified(tmp_path / name, file) == CACHED


def test_a_truncated_file_says_its_size(tmp_path: Path):
    (tmp_path / "file").write_bytes(CACHED[:100])
    expected = (
        r"file is not the published file: 100 bytes where 4,000 were expected; delete it, and it is downloaded again"
    )
    with pytest.raises(DownloadError, match=expected):
        read_verified(tmp_path / "file", kept_file())


def test_a_huge_file_is_not_even_read(tmp_path: Path):
    with (tmp_path / "file").open("wb") as file:
        file.truncate(2**40)  # a hole, which takes no room
    with pytest.raises(DownloadError, match=r"1,099,511,627,776 bytes where 4,000 were expected"):
        read_verified(tmp_path / "file", kept_file())


def test_a_wrong_checksum_shows_both(tmp_path: Path):
    wrong = CACHED[:-1] + b" "
    (tmp_path / "file").write_bytes(wrong)
    want, got = (hashlib.sha256(content).hexdigest()[:12] for content in (CACHED, wrong))
    with pytest.raises(DownloadError, match=rf"SHA-256 {want}… was expected, {got}… obtained; delete it, and"):
        read_verified(tmp_path / "file", kept_file())


@pytest.mark.parametrize(
    "content",
    [gzip.compress(CACHED)[:-9], gzip.compress(CACHED * 2), b"\x1f\x8bgarbage"],
    ids=["cut short", "another size", "garbage"],  # not the content, in which there is a time
)
def test_damaged_gzip_says_what_to_do(tmp_path: Path, content: bytes):
    (tmp_path / "file.gz").write_bytes(content)
    with pytest.raises(DownloadError, match=r"file.gz .*; delete it, and it is downloaded again"):
        read_verified(tmp_path / "file.gz", kept_file(gzipped_in_cache=True))


def test_what_cannot_be_read_is_a_download_error(tmp_path: Path):
    with pytest.raises(DownloadError, match=r"cannot read .*: No such file"):
        read_verified(tmp_path / "none", kept_file())
