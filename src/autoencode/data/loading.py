"""Loads a data set: a registered name, a folder of pictures, an array file, or an array."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import Tensor

from autoencode.data.arrays.arrays import read_array, tensor_to_array
from autoencode.data.arrays.npy import read_npy
from autoencode.data.arrays.npz import read_npz
from autoencode.data.dataset import Dataset, assemble_dataset
from autoencode.data.examples import Examples, OptionValue
from autoencode.data.images.folder import read_folder
from autoencode.data.images.size import Size, read_size
from autoencode.data.labels import with_label_subset
from autoencode.data.modality import modality_of
from autoencode.data.published.cache import make_fetch
from autoencode.data.published.dataset_registry import datasets
from autoencode.data.resolve import is_registered, name_clash_note, resolve_path
from autoencode.data.split import SplitSize, check_enough_examples, split_indices
from autoencode.data.values import ValueRange, parse_value_range
from autoencode.data.video.clips import holds_clips, read_clips
from autoencode.errors import ArgumentError
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter

Source = str | Path | npt.NDArray[Any] | Tensor


@dataclass(frozen=True)
class _LoadOptions:
    """What a person said about how examples are to be read."""

    values: ValueRange | None
    size: tuple[int, int] | None
    colour: str
    target: Path | None
    patch: int | None
    frames: int | None
    download: bool
    reporter: Reporter | None
    cancel: CancelToken | None


def load(
    source: Source,
    *,
    values: str = "auto",
    size: Size = None,
    colour: str = "auto",
    seed: int = 0,
    validation: SplitSize | None = None,
    test: SplitSize | None = None,
    limit: int | None = None,
    n_labels: int | None = None,
    target: str | Path | None = None,
    patch: int | None = None,
    frames: int | None = None,
    download: bool = True,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Dataset:
    """Reads examples and cuts them into parts to train, to validate and to test.

    Args:
        source: a registered name (see `datasets`), a folder of pictures, a clip or a folder of clips, a .npy or .npz
            file, or an array.
        values: how numbers are to be read: "0-255", "0-1", "0-65535" or "raw"; "auto" decides from all of them.
        size: (height, width) to which pictures in files are fitted; None keeps theirs if all have one, up to 128.
        colour: "grey" or "rgb" for pictures in files; "auto" is grey if every picture is.
        seed: chooses which examples go where.
        validation: how many examples to validate with, as a count or a share; a tenth where it is left out.
        test: the same for the test part; an official test part stays as it is.
        limit: at most so many examples to train with, chosen by the seed.
        n_labels: of so many training examples the label is kept, evenly by class, and of none to validate with; the
            others become -1, which means none. The test part keeps its own.
        target: a folder of what the model should make of each picture in the folder `source`, matched by name.
        patch: cut the pictures of a folder into patches of so many pixels a side, at full size, in place of fitting
            them to one size. No picture is in two parts, and `validation`, `test` and `limit` count pictures.
        download: whether a registered set may be fetched when it is not on this machine.
        reporter: receives the progress of the tasks "downloading", in bytes, and "reading", in pictures or frames.
        cancel: ends the reading early.

    Returns:
        The data set. Its `options` give the same one again: `load(source, **data.options)`.

    Raises:
        DataError: nothing there, or nothing that can be read or cut into parts.
        ShapeError: an array in no layout that is known.
        DownloadError: a registered set is neither on this machine nor to be had, or is damaged.
        StorageError: a fetched file cannot be written.
        ArgumentError: an option without meaning.
        CancelledError: `cancel` asked for it.

    Example:
        >>> data = load(np.arange(200.0).reshape(20, 10) / 200)
        >>> data.data_shape, data.split.sizes, str(data.values)
        ((10,), {'train': 16, 'validation': 2, 'test': 2}, '0-1')
    """
    requested = _LoadOptions(
        parse_value_range(values),
        read_size(size),
        colour,
        None if target is None else resolve_path(target),
        patch,
        frames,
        download,
        reporter,
        cancel,
    )
    name, where, examples = _read(source, requested)
    groups, official = examples.groups, examples.official
    n = len(examples.x) if groups is None else int(groups[-1]) + 1
    check_enough_examples(n, official, modality_of(examples.x.shape[1:], examples.options).unit)
    split = split_indices(n, seed=seed, validation=validation, test=test, official=official, limit=limit)
    sizes: dict[str, OptionValue] = {"validation": len(split.validation), "test": len(split.test), "limit": limit}
    split = split if groups is None else split.expand_groups(groups)
    data = assemble_dataset(examples, split, name, where, {**examples.options, "seed": seed, **sizes})
    return data if n_labels is None else with_label_subset(data, n_labels, seed)


def _read(source: Source, requested: _LoadOptions) -> tuple[str, str, Examples]:
    """A short name, what to give `load` again, and the examples."""
    if isinstance(source, Tensor):
        return "array", "", _read_array(tensor_to_array(source), requested)
    if isinstance(source, np.ndarray):
        return "array", "", _read_array(source, requested)
    if is_registered(source):
        return str(source), str(source), _read_registered(str(source), requested)
    path = resolve_path(source)
    return path.stem if path.is_file() else path.name, str(path), _read_path(path, requested)


def _read_registered(name: str, requested: _LoadOptions) -> Examples:
    _no_picture_options(requested, name)
    examples = datasets[name].read(
        make_fetch(
            datasets[name].folder,
            allow_download=requested.download,
            reporter=requested.reporter,
            cancel=requested.cancel,
        )
    )
    if requested.values not in (None, examples.values):
        raise ArgumentError(f"{name} holds values {examples.values}; leave --values out, not {requested.values}")
    options: dict[str, OptionValue] = {"values": str(examples.values), "size": None, "colour": "auto"}
    return replace(examples, notes=(*examples.notes, *name_clash_note(name)), options=options)


def _read_path(path: Path, requested: _LoadOptions) -> Examples:
    if requested.frames is not None or holds_clips(path):
        return _read_clips(path, requested)
    if path.is_dir():
        return read_folder(
            path,
            requested.values,
            requested.size,
            requested.colour,
            target=requested.target,
            patch=requested.patch,
            reporter=requested.reporter,
            cancel=requested.cancel,
        )
    _no_picture_options(requested, path.name)
    return read_npz(path, requested.values) if path.suffix.lower() == ".npz" else _read_array(read_npy(path), requested)


def _read_clips(path: Path, requested: _LoadOptions) -> Examples:
    if requested.size or requested.target or requested.values not in (None, ValueRange.BYTES):
        raise ArgumentError(f"--size, --target and --values are not for clips: leave them out for {path.name}")
    return read_clips(
        path,
        requested.colour,
        patch=requested.patch,
        frames=requested.frames,
        reporter=requested.reporter,
        cancel=requested.cancel,
    )


def _read_array(array: npt.NDArray[Any], requested: _LoadOptions) -> Examples:
    _no_picture_options(requested, "this array")
    return read_array(array, requested.values)


def _no_picture_options(requested: _LoadOptions, what: str) -> None:
    given = (requested.size, requested.target, requested.patch, requested.frames)
    if requested.colour != "auto" or any(option is not None for option in given):
        raise ArgumentError(
            "--size, --colour, --target, --patch and --frames are for folders of pictures and for clips; leave them "
            f"out for {what}"
        )
