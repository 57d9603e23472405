"""The data sets that have a name."""

from collections.abc import Callable
from dataclasses import dataclass

from autoencode.data.examples import Examples
from autoencode.data.published.cache import Fetch
from autoencode.registry import Registry

Reader = Callable[[Fetch], Examples]


@dataclass(frozen=True)
class DatasetEntry:
    """A data set that has a name.

    Args:
        about: one line: what it is, how much, how large.
        home: where it comes from.
        licence: as stated there.
        data_shape: the shape of one example.
        read: reads all of it, with a function that gets its files.
        folder: the folder of its files, where it is not its name.
    """

    about: str
    home: str
    licence: str
    data_shape: tuple[int, ...]
    read: Reader
    folder: str = ""


datasets = Registry[DatasetEntry]("data set", "autoencode list datasets")


def dataset(
    name: str, *, about: str, home: str, licence: str, data_shape: tuple[int, ...], folder: str = ""
) -> Callable[[Reader], Reader]:
    """A decorator that enters a reader into `datasets`.

    Args:
        name: what people type.
        about: one line: what it is, how much, how large.
        home: where it comes from.
        licence: as stated there.
        data_shape: the shape of one example.
        folder: the folder of its files, where it is not its name.

    Returns:
        The decorator; it leaves the reader as it is.
    """

    def enter(read: Reader) -> Reader:
        datasets.add(name, DatasetEntry(about, home, licence, data_shape, read, folder or name))
        return read

    return enter
