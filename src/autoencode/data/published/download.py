"""A published file: what is known of it, how it is downloaded, and whether a copy is the same."""

import gzip
import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from autoencode.data.arrays.gunzip import gunzip, is_gzip
from autoencode.errors import DataError, DownloadError
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Progress, Reporter, resolve_reporter, track
from autoencode.storage import atomic_open

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


_TIMEOUT = 20.0  # seconds without a byte
_RETRIES = 2
_PAUSE = 1.0  # seconds before the first retry, twice as long before the second
_CHUNK = 2**18


class UnreachableError(DownloadError):
    """Nothing came, or not all of it; another attempt may do better unless `final` says that it cannot."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


def download(
    file: RemoteFile, target: Path, *, reporter: Reporter | None = None, cancel: CancelToken | None = None
) -> None:
    """Fetches `file` to `target`; what is not the published file never gets that name.

    Args:
        file: what to fetch; its checksum is verified before `target` exists.
        target: where it shall be.
        reporter: receives the progress of the task "downloading", in bytes.
        cancel: ends the download early; nothing is kept of it.

    Raises:
        UnreachableError: nothing came, or not all of it, after two more attempts.
        DownloadError: another file came than the published one.
        StorageError: it cannot be written.
        CancelledError: `cancel` asked for it.
    """
    cancel = cancel or CancelToken()
    for attempt in range(_RETRIES + 1):
        try:
            with track(resolve_reporter(reporter), "downloading", file.size, "bytes", cancel=cancel) as progress:
                _fetch(file, target, progress)
        except UnreachableError as error:
            if error.final or attempt == _RETRIES:
                raise
            cancel.wait(_PAUSE * 2**attempt)
        else:
            return


def _fetch(file: RemoteFile, target: Path, progress: Progress) -> None:
    digest, done = hashlib.sha256(), 0
    with atomic_open(target, file.size) as raw, _sink(raw, file) as sink, closing(_chunks(file)) as chunks:
        for chunk in chunks:
            done += len(chunk)
            _check_size(done, file)
            digest.update(chunk)
            sink.write(chunk)
            progress.update(done, detail=file.name)
        _check_complete(done, digest.hexdigest(), file)


def _sink(raw: BinaryIO, file: RemoteFile) -> AbstractContextManager[BinaryIO]:
    if not file.gzipped_in_cache:
        return nullcontext(raw)
    packed = gzip.GzipFile(file.name, "wb", compresslevel=6, fileobj=raw, mtime=0)
    return cast("AbstractContextManager[BinaryIO]", packed)


def _chunks(file: RemoteFile) -> Generator[bytes]:
    """What the server sends, piece by piece; every way in which a network fails becomes one kind of error."""
    try:
        with _opener().open(_request(file.url), timeout=_TIMEOUT) as answer:
            while chunk := answer.read(_CHUNK):
                yield chunk
    except urllib.error.HTTPError as error:
        error.close()
        raise UnreachableError(f"{error.code} {error.reason}", final=error.code < 500) from error
    except urllib.error.URLError as error:
        raise UnreachableError(str(error.reason)) from error
    except (OSError, http.client.HTTPException) as error:
        raise UnreachableError(str(error) or type(error).__name__) from error


def _opener() -> urllib.request.OpenerDirector:
    """Speaks http and https only: a redirection to a local file or to ftp is refused."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener


def _request(url: str) -> urllib.request.Request:
    if not url.startswith(("http://", "https://")):
        raise DownloadError(f"{url} is neither http nor https")
    return urllib.request.Request(url, headers={"User-Agent": "autoencode"})  # noqa: S310  # checked above


def _check_size(done: int, file: RemoteFile) -> None:
    if done > file.size:
        raise DownloadError(f"{file.url} sends more than the {file.size:,} bytes that were published; nothing was kept")


def _check_complete(done: int, sha256: str, file: RemoteFile) -> None:
    if done < file.size:
        raise UnreachableError(f"the connection ended after {done:,} of {file.size:,} bytes")
    wrong = checksum_mismatch(sha256, file)
    if wrong:
        raise DownloadError(f"{file.url} is not the published file: {wrong}; nothing was kept. Fetch it elsewhere")
