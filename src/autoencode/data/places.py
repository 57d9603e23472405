"""Where published files lie on this machine, and how they get there."""

import os
from collections.abc import Callable
from pathlib import Path

import platformdirs

from autoencode.data.download import UnreachableError, download
from autoencode.data.examples import Progress
from autoencode.data.published import Published, read_published
from autoencode.errors import DownloadError

VARIABLE = "AUTOENCODE_DATA"
Fetch = Callable[[Published], bytes]


def places(name: str) -> tuple[Path, ...]:
    """The folders in which the files of a data set are looked for, in this order.

    Args:
        name: the data set's name.

    Returns:
        The folder under `AUTOENCODE_DATA`, where that is set, and the one under the user's cache folder.
    """
    own = os.environ.get(VARIABLE)
    return (*((Path(own).expanduser() / name,) if own else ()), cache(name))


def cache(name: str) -> Path:
    """The folder into which the files of a data set are downloaded."""
    return Path(platformdirs.user_cache_dir("autoencode")) / name


def fetcher(name: str, *, allowed: bool = True, progress: Progress | None = None) -> Fetch:
    """What a data set's reader gets its files with.

    Args:
        name: the data set's name.
        allowed: whether files that are not on this machine may be downloaded.
        progress: told (bytes fetched, bytes in all) for each file.

    Returns:
        A function from a published file to its verified content. It raises `DownloadError` where the file is neither
        here nor to be had, or is not the published one.
    """

    def fetch(file: Published) -> bytes:
        found = _found(name, file)
        if found is None:
            found = _downloaded(name, file, allowed, progress)
        return read_published(found, file)

    return fetch


def _found(name: str, file: Published) -> Path | None:
    paths = (folder / called for folder in places(name) for called in file.names)
    return next((path for path in paths if path.is_file()), None)


def _downloaded(name: str, file: Published, allowed: bool, progress: Progress | None) -> Path:
    if not allowed:
        raise DownloadError(f"{name} is {_nowhere(name)}, and downloading is switched off; it comes from {file.url}")
    target = cache(name) / file.kept_as
    try:
        download(file, target, progress)
    except UnreachableError as error:
        raise DownloadError(f"{name} is {_nowhere(name)} nor reachable at {file.url}: {error}") from error
    return target


def _nowhere(name: str) -> str:
    own = os.environ.get(VARIABLE)
    first = f"under {VARIABLE}={own}" if own else f"in a folder named by {VARIABLE} (which is not set)"
    return f"neither {first} nor in {cache(name)}"
