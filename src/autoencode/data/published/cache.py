"""Where published files lie on this machine, and how they get there."""

import os
from collections.abc import Callable
from pathlib import Path

import platformdirs

from autoencode.data.published.download import RemoteFile, UnreachableError, download, read_verified
from autoencode.errors import DownloadError
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter

DATA_VARIABLE = "AUTOENCODE_DATA"
Fetch = Callable[[RemoteFile], bytes]


def search_folders(name: str) -> tuple[Path, ...]:
    """The folders in which the files of a data set are looked for, in this order.

    Args:
        name: the data set's name.

    Returns:
        The folder under `AUTOENCODE_DATA`, where that is set, and the one under the user's cache folder.
    """
    own = os.environ.get(DATA_VARIABLE)
    return (*((Path(own).expanduser() / name,) if own else ()), cache_folder(name))


def cache_folder(name: str) -> Path:
    """The folder into which the files of a data set are downloaded."""
    return Path(platformdirs.user_cache_dir("autoencode")) / name


def make_fetch(
    name: str,
    *,
    allow_download: bool = True,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Fetch:
    """What a data set's reader gets its files with.

    Args:
        name: the data set's name.
        allow_download: whether files that are not on this machine may be downloaded.
        reporter: receives the progress of the task "downloading", in bytes, once for each file.
        cancel: ends a download early; nothing is kept of it.

    Returns:
        A function from a published file to its verified content. It raises `DownloadError` where the file is neither
        here nor to be had, or is not the published one.
    """

    def fetch(file: RemoteFile) -> bytes:
        found = _find(name, file)
        if found is None:
            target = _download_target(name, file, allow_download)
            found = _download(name, file, target, reporter, cancel)
        return read_verified(found, file)

    return fetch


def _find(name: str, file: RemoteFile) -> Path | None:
    paths = (folder / called for folder in search_folders(name) for called in file.names)
    return next((path for path in paths if path.is_file()), None)


def _download_target(name: str, file: RemoteFile, allow_download: bool) -> Path:
    if not allow_download:
        raise DownloadError(f"{name} is {_nowhere(name)}, and downloading is switched off; it comes from {file.url}")
    return cache_folder(name) / file.cached_name


def _download(name: str, file: RemoteFile, target: Path, reporter: Reporter | None, cancel: CancelToken | None) -> Path:
    try:
        download(file, target, reporter=reporter, cancel=cancel)
    except UnreachableError as error:
        raise DownloadError(f"{name} is {_nowhere(name)} nor reachable at {file.url}: {error}") from error
    return target


def _nowhere(name: str) -> str:
    own = os.environ.get(DATA_VARIABLE)
    first = f"under {DATA_VARIABLE}={own}" if own else f"in a folder named by {DATA_VARIABLE} (which is not set)"
    return f"neither {first} nor in {cache_folder(name)}"
