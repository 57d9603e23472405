import gzip
import hashlib
from pathlib import Path

import pytest

from autoencode.data.published.remote_file import RemoteFile, read_verified
from autoencode.errors import DownloadError

CONTENT = b"0 1\n" * 1000


def published(**changes: object) -> RemoteFile:
    facts = {"name": "file", "url": "", "sha256": hashlib.sha256(CONTENT).hexdigest(), "size": len(CONTENT)}
    return RemoteFile(**{**facts, **changes})


def test_the_published_file_is_read(tmp_path: Path):
    (tmp_path / "file").write_bytes(CONTENT)
    assert read_verified(tmp_path / "file", published()) == CONTENT


def test_bulky_text_is_read_gzipped_or_not(tmp_path: Path):
    file = published(gzipped_in_cache=True)
    assert file.names == ("file.gz", "file")
    (tmp_path / "file").write_bytes(CONTENT)
    (tmp_path / "file.gz").write_bytes(gzip.compress(CONTENT))
    for name in file.names:
        assert read_verified(tmp_path / name, file) == CONTENT


def test_a_truncated_file_says_its_size(tmp_path: Path):
    (tmp_path / "file").write_bytes(CONTENT[:100])
    expected = (
        r"file is not the published file: 100 bytes where 4,000 were expected; delete it, and it is downloaded again"
    )
    with pytest.raises(DownloadError, match=expected):
        read_verified(tmp_path / "file", published())


def test_a_huge_file_is_not_even_read(tmp_path: Path):
    with (tmp_path / "file").open("wb") as file:
        file.truncate(2**40)  # a hole, which takes no room
    with pytest.raises(DownloadError, match=r"1,099,511,627,776 bytes where 4,000 were expected"):
        read_verified(tmp_path / "file", published())


def test_a_wrong_checksum_shows_both(tmp_path: Path):
    wrong = CONTENT[:-1] + b" "
    (tmp_path / "file").write_bytes(wrong)
    want, got = (hashlib.sha256(content).hexdigest()[:12] for content in (CONTENT, wrong))
    with pytest.raises(DownloadError, match=rf"SHA-256 {want}… was expected, {got}… obtained; delete it, and"):
        read_verified(tmp_path / "file", published())


@pytest.mark.parametrize(
    "content",
    [gzip.compress(CONTENT)[:-9], gzip.compress(CONTENT * 2), b"\x1f\x8bgarbage"],
    ids=["cut short", "another size", "garbage"],  # not the content, in which there is a time
)
def test_damaged_gzip_says_what_to_do(tmp_path: Path, content: bytes):
    (tmp_path / "file.gz").write_bytes(content)
    with pytest.raises(DownloadError, match=r"file.gz .*; delete it, and it is downloaded again"):
        read_verified(tmp_path / "file.gz", published(gzipped_in_cache=True))


def test_what_cannot_be_read_is_a_download_error(tmp_path: Path):
    with pytest.raises(DownloadError, match=r"cannot read .*: No such file"):
        read_verified(tmp_path / "none", published())
