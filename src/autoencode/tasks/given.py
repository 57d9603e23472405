"""A person's own files as examples, a portion at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor

from autoencode.data import Skipped, Values, in_units
from autoencode.data.arrays import array_portions, array_shape
from autoencode.data.picture import UnreadableError, read_picture
from autoencode.data.walking import list_pictures
from autoencode.errors import AutoencodeError, DataError
from autoencode.tasks.copies import free_names
from autoencode.tasks.run import Run


@dataclass(frozen=True)
class Given:
    """A file.

    Args:
        path: where it lies.
        count: how many examples it holds.
        names: of pictures, one for each, for a PNG of it, no two of all files' alike; of vectors, none.
    """

    path: Path
    count: int
    names: tuple[Path, ...] = ()


def given_files(run: Run, files: Sequence[str | Path]) -> tuple[list[Given], list[Skipped]]:
    """What the files hold, of which no more is read than how much it is, and what cannot be read.

    Args:
        run: the trained model.
        files: pictures, folders of pictures, or .npy arrays.
    """
    given: list[Given] = []
    skipped: list[Skipped] = []
    for file in expanded(files):
        try:
            n = _count(run, file)
        except AutoencodeError as error:
            skipped.append(Skipped(str(file), str(error)))
            continue
        given.append(Given(file, n))
    return _named(given) if run.is_pictures else given, skipped


def portions_of(run: Run, given: Sequence[Given], skipped: list[Skipped]) -> Iterator[tuple[list[Path], Tensor]]:
    """The examples with their names, if they have any, at most `run.portion` at a time, in the model's units.

    Args:
        run: the trained model.
        given: the files.
        skipped: those that turn out to be no such thing are added here.
    """
    names, held, number = list[Path](), list[Tensor](), 0
    for file in given:
        done = 0
        try:
            for x in _portions_in(run, file.path):
                names += file.names[done : done + len(x)]
                held.append(x)
                done += len(x)
                number += len(x)
                while number >= run.portion:
                    together = torch.cat(held)
                    yield names[: run.portion], together[: run.portion]
                    names, held, number = names[run.portion :], [together[run.portion :]], number - run.portion
        except AutoencodeError as error:
            skipped.append(Skipped(str(file.path), str(error)))
    if number:
        yield names, torch.cat(held)


def _named(given: Sequence[Given]) -> list[Given]:
    free = iter(free_names([name for file in given for name in _own_names(file)]))
    return [Given(file.path, file.count, tuple(islice(free, file.count))) for file in given]


def _own_names(file: Given) -> Iterator[Path]:
    for number in range(1, file.count + 1):
        yield Path(f"{file.path.stem}.png" if file.count == 1 else f"{file.path.stem}-{number:04d}.png")


def expanded(files: Sequence[str | Path]) -> list[Path]:
    """The files, with each folder replaced by the pictures in it."""
    paths: list[Path] = []
    for file in map(Path, files):
        paths += [file / picture for picture in list_pictures(file).pictures] if file.is_dir() else [file]
    return paths


def examples_in(run: Run, file: Path) -> Tensor:
    """The examples in a file, (n, *data_shape), in the model's units.

    Raises:
        DataError: it cannot be read, or holds other things than the model takes.
    """
    return torch.cat(list(_portions_in(run, file)))


def fitted_picture(file: Path, data_shape: Sequence[int]) -> Tensor:
    """One picture as bytes, upright and fitted to the size, (1, channels, height, width).

    Raises:
        DataError: it cannot be read.
    """
    channels, height, width = data_shape
    try:
        return torch.from_numpy(read_picture(file, (height, width), "grey" if channels == 1 else "rgb").copy())[None]
    except UnreadableError as error:
        raise DataError(str(error)) from error


def _count(run: Run, file: Path) -> int:
    if not _is_array(file):
        if not run.is_pictures:
            raise DataError(f"this model takes vectors of {run.model.data_shape[0]} numbers: give .npy files")
        return 1
    n, *data_shape = array_shape(file)
    if tuple(data_shape) != run.model.data_shape:
        raise DataError(f"examples of shape {tuple(data_shape)}, and the model takes {run.model.data_shape}")
    return n


def _portions_in(run: Run, file: Path) -> Iterator[Tensor]:
    _count(run, file)
    if _is_array(file):
        values = Values(run.folder.facts["data"]["values"])
        yield from (in_units(x) for x in array_portions(file, values, run.portion))
    else:
        yield in_units(fitted_picture(file, run.model.data_shape))


def _is_array(file: Path) -> bool:
    return file.suffix.lower() == ".npy"
