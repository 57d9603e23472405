"""A file as its publisher describes it, and whether the one at hand is that file."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from autoencode.data.arrays.gunzip import gunzip, is_gzip
from autoencode.errors import DataError, DownloadError

_SHOWN = 12
_SLACK = 2**16
_ADVICE = "delete it, and it is downloaded again"


@dataclass(frozen=True)
class RemoteFile:
    """A published file.

    Args:
        name: its name, under which it is kept.
        url: where it is fetched from, http or https.
        sha256: of its bytes as published, in hexadecimal.
        size: how many bytes that are.
        gzipped_in_cache: whether to keep it gzipped, as `name + ".gz"`, because it is published as bulky text.
    """

    name: str
    url: str
    sha256: str
    size: int
    gzipped_in_cache: bool = False

    @property
    def cached_name(self) -> str:
        """The name under which a fetched file is kept."""
        return f"{self.name}.gz" if self.gzipped_in_cache else self.name

    @property
    def names(self) -> tuple[str, ...]:
        """The names under which it may lie in a folder, the likelier first."""
        return (self.cached_name, self.name) if self.gzipped_in_cache else (self.name,)


def read_verified(path: Path, file: RemoteFile) -> bytes:
    """The content of a file at hand, once it is known to be the published one.

    Args:
        path: where it lies, gzipped or not.
        file: what was published.

    Returns:
        The bytes as published; unpacked where the file is only kept gzipped.

    Raises:
        DownloadError: it cannot be read, or is not what was published; says what to do.
    """
    content = _unpacked(path, _bytes(path, file), file)
    wrong = mismatch(content, file)
    if wrong:
        raise DownloadError(f"{path} is not the published file: {wrong}; {_ADVICE}")
    return content


def mismatch(content: bytes, file: RemoteFile) -> str:
    """What is wrong with these bytes, in a few words; "" where they are the published ones."""
    if len(content) != file.size:
        return f"{len(content):,} bytes where {file.size:,} were expected"
    return checksum_mismatch(hashlib.sha256(content).hexdigest(), file)


def checksum_mismatch(sha256: str, file: RemoteFile) -> str:
    """What is wrong with a checksum, in a few words; "" where it is the published one."""
    if sha256 == file.sha256:
        return ""
    return f"SHA-256 {file.sha256[:_SHOWN]}… was expected, {sha256[:_SHOWN]}… obtained"


def _bytes(path: Path, file: RemoteFile) -> bytes:
    try:
        size = path.stat().st_size
        if size > file.size + _SLACK:  # never read a huge file only to find it wrong
            wrong = f"{size:,} bytes where {file.size:,} were expected"
            raise DownloadError(f"{path} is not the published file: {wrong}; {_ADVICE}")
        return path.read_bytes()
    except DownloadError:
        raise
    except OSError as error:
        raise DownloadError(f"cannot read {path}: {error.strerror or error}") from error


def _unpacked(path: Path, content: bytes, file: RemoteFile) -> bytes:
    if not file.gzipped_in_cache or not is_gzip(content):
        return content
    try:
        return gunzip(content, file.size, str(path))
    except DataError as error:
        raise DownloadError(f"{error}; {_ADVICE}") from error
