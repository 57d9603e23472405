"""A person's own files as examples, a batch at a time."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor

from autoencode.data import SkippedFile
from autoencode.data.images.scan import scan_pictures
from autoencode.data.sound.sounds import SOUND
from autoencode.data.volumes.volume import holds_volumes, volume_files
from autoencode.errors import AutoencodeError
from autoencode.runs.output_paths import unique_names
from autoencode.runs.run import Run

DATASET_ITEM = re.compile(r"(train|validation|test):(\d+)")
"""An example of the data, counted from 1: `test:17`."""


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
        files: pictures, folders of pictures, arrays or tables.
    """
    inputs: list[InputFile] = []
    paths, skipped = expand_folders(files)
    for file in paths:
        try:
            n = run.new_examples.count(file)
        except AutoencodeError as error:
            skipped.append(SkippedFile(str(file), str(error)))
            continue
        inputs.append(InputFile(file, n))
    return _with_output_names(inputs) if run.modality.drawable else inputs, skipped


def input_batches(
    run: Run, inputs: Sequence[InputFile], skipped: list[SkippedFile], on_note: Callable[[str], None] = lambda _: None
) -> Iterator[tuple[list[Path], Tensor]]:
    """The examples with their names, if they have any, at most `run.batch_size` at a time, in the model's units.

    Args:
        run: the trained model.
        inputs: the files.
        skipped: those that cannot be read after all are added here.
        on_note: is given a line for each file whose numbers are read in another way than in training.
    """
    names, held, number = list[Path](), list[Tensor](), 0
    for file in inputs:
        done = 0
        try:
            batches, note = run.new_examples.read(file.path, run.batch_size)
            if note:
                on_note(f"{file.path}: {note}")
            for x in batches:
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


def expand_folders(files: Sequence[str | Path]) -> tuple[list[Path], list[SkippedFile]]:
    """The files, with each folder replaced by the pictures or volumes in it, and what else such folders hold."""
    paths, skipped = list[Path](), list[SkippedFile]()
    for file in map(Path, files):
        if not file.is_dir():
            paths.append(file)
            continue
        if holds_volumes(file):
            paths += volume_files(file)
            continue
        if SOUND.fills(file):
            paths += [file / sound for sound in SOUND.files(file)]
            continue
        found = scan_pictures(file)
        paths += [file / picture for picture in found.pictures]
        skipped += [skip.inside(file) for skip in found.skipped]
    return paths, skipped


def read_examples(run: Run, file: Path) -> tuple[Tensor, str | None]:
    """The examples in a file, (n, *data_shape), in the model's units, and a line to show where one is due.

    Raises:
        DataError: it cannot be read, or holds other things than the model takes.
    """
    batches, note = run.new_examples.read(file, run.batch_size)
    return torch.cat(list(batches)), note
