"""A person's own files as examples, a portion at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor

from autoencode.data import SkippedFile, to_unit_floats
from autoencode.data.arrays.arrays import array_shape, iter_array_chunks
from autoencode.data.images.picture import UnreadableError, read_picture
from autoencode.data.images.scan import scan_pictures
from autoencode.errors import AutoencodeError, DataError
from autoencode.runs.output_paths import unique_names
from autoencode.runs.run import Run


@dataclass(frozen=True)
class InputFile:
    """A file.

    Args:
        path: where it lies.
        count: how many examples it holds.
        names: of pictures, one for each, for a PNG of it, no two of all files' alike; of vectors, none.
    """

    path: Path
    count: int
    names: tuple[Path, ...] = ()


def inspect_inputs(run: Run, files: Sequence[str | Path]) -> tuple[list[InputFile], list[SkippedFile]]:
    """What the files hold, of which no more is read than how much it is, and what cannot be read.

    Args:
        run: the trained model.
        files: pictures, folders of pictures, or .npy arrays.
    """
    inputs: list[InputFile] = []
    skipped: list[SkippedFile] = []
    for file in expand_folders(files):
        try:
            n = _count(run, file)
        except AutoencodeError as error:
            skipped.append(SkippedFile(str(file), str(error)))
            continue
        inputs.append(InputFile(file, n))
    return _with_output_names(inputs) if run.modality.drawable else inputs, skipped


def input_batches(
    run: Run, inputs: Sequence[InputFile], skipped: list[SkippedFile]
) -> Iterator[tuple[list[Path], Tensor]]:
    """The examples with their names, if they have any, at most `run.batch_size` at a time, in the model's units.

    Args:
        run: the trained model.
        inputs: the files.
        skipped: those that turn out to be no such thing are added here.
    """
    names, held, number = list[Path](), list[Tensor](), 0
    for file in inputs:
        done = 0
        try:
            for x in _batches_in(run, file.path):
                names += file.names[done : done + len(x)]
                held.append(x)
                done += len(x)
                number += len(x)
                while number >= run.batch_size:
                    together = torch.cat(held)
                    yield names[: run.batch_size], together[: run.batch_size]
                    names, held, number = names[run.batch_size :], [together[run.batch_size :]], number - run.batch_size
        except AutoencodeError as error:
            skipped.append(SkippedFile(str(file.path), str(error)))
    if number:
        yield names, torch.cat(held)


def _with_output_names(inputs: Sequence[InputFile]) -> list[InputFile]:
    free = iter(unique_names([name for file in inputs for name in _output_names(file)]))
    return [InputFile(file.path, file.count, tuple(islice(free, file.count))) for file in inputs]


def _output_names(file: InputFile) -> Iterator[Path]:
    for number in range(1, file.count + 1):
        yield Path(f"{file.path.stem}.png" if file.count == 1 else f"{file.path.stem}-{number:04d}.png")


def expand_folders(files: Sequence[str | Path]) -> list[Path]:
    """The files, with each folder replaced by the pictures in it."""
    paths: list[Path] = []
    for file in map(Path, files):
        paths += [file / picture for picture in scan_pictures(file).pictures] if file.is_dir() else [file]
    return paths


def read_examples(run: Run, file: Path) -> Tensor:
    """The examples in a file, (n, *data_shape), in the model's units.

    Raises:
        DataError: it cannot be read, or holds other things than the model takes.
    """
    return torch.cat(list(_batches_in(run, file)))


def read_resized_picture(file: Path, data_shape: Sequence[int]) -> Tensor:
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
        if not run.modality.drawable:
            raise DataError(f"this model takes {run.modality.description}: give .npy files")
        return 1
    n, *data_shape = array_shape(file)
    if tuple(data_shape) != run.model.data_shape:
        raise DataError(f"examples of shape {tuple(data_shape)}, and the model takes {run.model.data_shape}")
    return n


def _batches_in(run: Run, file: Path) -> Iterator[Tensor]:
    _count(run, file)
    if _is_array(file):
        values = run.folder.data.values
        yield from (to_unit_floats(x) for x in iter_array_chunks(file, values, run.batch_size))
    else:
        yield to_unit_floats(read_resized_picture(file, run.model.data_shape))


def _is_array(file: Path) -> bool:
    return file.suffix.lower() == ".npy"
