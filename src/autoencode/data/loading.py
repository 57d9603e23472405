"""Loads a data set: a registered name, a folder of pictures, a file of arrays or of a table, or an array."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import Tensor

from autoencode.data.arrays.arrays import read_array, tensor_to_array
from autoencode.data.arrays.layout import parse_axes, parse_channels
from autoencode.data.attribute_file import find_attribute_file
from autoencode.data.collection import is_collection, read_collection
from autoencode.data.content import suffix_of
from autoencode.data.dataset import Dataset, assemble_dataset
from autoencode.data.examples import Examples, OptionValue
from autoencode.data.formats import format_of, has_format
from autoencode.data.frames.read_frames import read_windows, windows_of_array
from autoencode.data.images.archive import is_picture_archive, unpacked
from autoencode.data.images.folder import read_folder
from autoencode.data.label_file import find_label_file
from autoencode.data.labels import with_label_subset
from autoencode.data.masks.volume_masks import volume_name
from autoencode.data.modality import modality_of
from autoencode.data.music.chord_file import CHORD_SUFFIX
from autoencode.data.music.pieces import MUSIC, read_music_folder
from autoencode.data.options import OF_LABELLED, ReadOptions, Size, read_size
from autoencode.data.published.cache import make_fetch
from autoencode.data.published.dataset_registry import datasets
from autoencode.data.resolve import is_registered, name_clash_note, resolve_path
from autoencode.data.shards.find_shards import find_shards
from autoencode.data.shards.read_shards import read_shards
from autoencode.data.sound.sounds import SOUND, read_sound_folder
from autoencode.data.split import (
    OfficialSplit,
    Split,
    SplitSize,
    check_enough_examples,
    split_by_time,
    split_indices,
)
from autoencode.data.tables.columns import Frame, is_frame
from autoencode.data.tables.table import read_table
from autoencode.data.text.lines import TEXT, read_text_folder
from autoencode.data.values import ValueRange, parse_value_range
from autoencode.data.video.clips import holds_clips, read_clips
from autoencode.data.volumes.volume import holds_volumes, is_volume, read_volume_folder
from autoencode.errors import ArgumentError, DataError
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter

Source = str | Path | npt.NDArray[Any] | Tensor | Frame | Any
"""What `load` takes: text, paths, arrays, a pandas.DataFrame, or a collection that is known by its methods."""
_OF_FILES = ("size", "colour", "target", "patch", "frames", "past", "future", "fit", "attributes")
_NOT_OF_WINDOWS = ("target", "patch", "frames", "attributes", "unlabelled", "axes", "channels")
_OF_ARRAYS = ("axes", "channels", "array")
_OF_TEXT = ("tokens", "symbols")
_OF_MUSIC = ("voices", "grid", "bars")
_OF_SOUND = ("sample_rate", "seconds")
_OF_AUDIO = (*_OF_MUSIC, *_OF_SOUND)
_OF_LABELS = tuple(name for name in OF_LABELLED if name != "parts")
_OF_TABLES = (".csv", ".tsv", ".parquet")
_WITH_MASKS = (
    "give a folder of pictures or volumes with --target masks/, an .npz file with arrays images and masks, or "
    "drawn-cells"
)


@dataclass(frozen=True)
class _Requested:
    """What `load` was asked for besides the source: how to read it, and how to get and report it."""

    options: ReadOptions
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
    target_is: str = "pictures",
    patch: int | None = None,
    frames: int | None = None,
    past: int | None = None,
    future: int | None = None,
    axes: str = "auto",
    channels_are: str = "auto",
    array: str | None = None,
    fit: str = "crop",
    labels: str = "auto",
    unlabelled: str | None = None,
    attributes: str | Path | None = None,
    tokens: str = "auto",
    voices: str = "auto",
    grid: str = "auto",
    bars: int | None = None,
    symbols: str = "auto",
    sample_rate: int | None = None,
    seconds: float | None = None,
    parts: str = "auto",
    download: bool = True,
    only: Iterable[str] | None = None,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Dataset:
    """Reads examples and divides them into parts to train, to validate and to test.

    What the data do not say is guessed; every guess is in the `notes` of the result and can be said otherwise.

    Args:
        source: a registered name (see `datasets`), a folder of pictures or a zip or tar file of them, a clip or a
            folder of clips, a file of text, music or sound or a folder of such, a file of a table or of arrays (see
            `autoencode list formats`), shards (a pattern such as "shard-{0000..0127}.tar", or a list or a folder of
            .tar or .parquet files, which may be larger than the memory), an array, a pandas.DataFrame, a torch Dataset
            or DataLoader, or a Hugging Face dataset.
        values: which number is black and which is white, such as "0-255", "0-4095" or "-1..1"; "standardised" brings
            each column of vectors to mean 0 and standard deviation 1 by its training rows, "raw" keeps numbers as they
            are, and "auto" decides from all of them: vectors are standardised unless they are within 0 and 1, or bytes.
        size: (height, width) to which pictures in files are fitted; None keeps theirs if all have one, up to 128.
        colour: "grey" or "rgb" for pictures in files; "auto" is grey if every picture is.
        seed: chooses which examples go where.
        validation: how many examples to validate with, as a count or a share; a tenth where it is left out.
        test: the same for the test part. Parts that the data bring stay as they are.
        limit: at most so many examples to train with, chosen by the seed.
        n_labels: how many training examples keep their label, evenly by class; the others, and all that validate, get
            -1, which means none. The test part keeps its own.
        target: a folder of what the model should make of each picture in the folder `source`, matched by name; of
            volumes a folder of masks, or the mask of the one; or the name of the array of masks, in a file of several.
        target_is: "pictures"; "masks", whose values are classes: numbers, places in a palette or colours; or "objects"
            for masks that give each object a number, so that objects that touch are counted one by one.
        patch: cut the pictures of a folder into patches of so many pixels a side, at full size, in place of fitting
            them to one size. No picture is in two parts, and `validation`, `test` and `limit` count pictures.
        frames: how many frames of a clip, or slices of a volume, the model is given at a time, an odd number.
        past: how many frames a window of frames begins with, which a model is given; 5 where only `future` is given.
        future: how many frames come next, which a model is to predict: examples are then all windows of consecutive
            frames of a folder of pictures (each subfolder is a sequence), of clips, or of an array of clips in a .npy
            or .npz file. Parts share no frame: with fewer than ten sequences the last windows of each test.
        axes: the axes of an array in order, "nd", "nhw", "nhwc" or "nchw": examples, numbers, height, width, channels.
        channels_are: what the channels of an array's pictures are: "rgb" (or grey), "rgba" with transparency, which is
            blended with white, or "bands", any number of them.
        array: the name of the array of examples, in a file of several; of a table the column of text to learn from.
        fit: how pictures in files are fitted to `size` where their proportions are others: "crop" cuts off what is too
            much, "letterbox" keeps all of it between black bars.
        labels: "none" leaves out the labels that the data bring; otherwise where they are: the name of an array of a
            file of several, or of a column of a table, which is then not learned from; a .csv file with the name of a
            picture and its class in each line; or a file with a label for each example of an array, in order.
        unlabelled: the label that means none, such as "-1".
        attributes: a .csv file whose first line names the columns, whose first column names pictures, and each other
            one is an attribute, empty where it is not known; for recipes that learn attributes.
        tokens: what lines of text are made of: "words", "characters", or "auto" for what suits them.
        voices: which voices of music are read: "tune" for the highest voice alone, "chords" for all, or "auto" for what
            suits it.
        grid: a step of music: a "quarter", an "8th" or a "16th" note; "auto" is the longest at which nearly all begin.
        bars: how many bars an example of music has; two of a tune where it is left out, and all of a piece in chords.
        symbols: the symbols of maps in a file of text, such as "WFD", in the order of their planes; "auto" takes those
            that occur, the commonest first, where the text is of maps of one size with empty lines between them, and
            "none" reads every text as lines.
        sample_rate: samples a second to which recordings are converted; their own up to 16,000 where it is left out.
        seconds: how long an example of sound is; by default so long that 95 of 100 recordings fit, up to 2 seconds, and
            1 second of longer ones. `size` is how many bands and columns its log-spectrogram has, 64x64.
        parts: "random" ignores the parts that the data bring (arrays such as x_test, subfolders such as test);
            "regions", with `patch`, divides every picture of a folder into regions, and `validation`, `test` and
            `limit` count those. Clips are divided by time all the same.
        download: whether a registered set may be fetched when it is not on this machine.
        only: read no other pictures of a folder than those with these names, as `Dataset.files` has them.
        reporter: receives the progress of the tasks "downloading", in bytes, and "reading", in pictures or frames.
        cancel: ends the reading early.

    Returns:
        The data set. Its `options` give the same one again: `load(source, **data.options)`.

    Raises:
        DataError: nothing there, or nothing that can be read or divided.
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
    options = ReadOptions(
        values=parse_value_range(values),
        axes=parse_axes(axes),
        channels=parse_channels(channels_are),
        labels=labels,
        unlabelled=unlabelled,
        parts=parts,
        size=read_size(size),
        colour=colour,
        target=None if target is None else _target(source, target),
        target_is=target_is,
        patch=patch,
        frames=frames,
        past=past,
        future=future,
        only=None if only is None else frozenset(only),
        array=array,
        fit=fit,
        attributes=None if attributes is None else find_attribute_file(attributes),
        tokens=tokens,
        voices=voices,
        grid=grid,
        bars=bars,
        symbols=symbols,
        sample_rate=sample_rate,
        seconds=seconds,
    )
    requested = _Requested(options, download, reporter, cancel)
    name, where, examples = _read(source, requested)
    if options.has_masks and examples.masks is None:
        raise DataError(f"{name} holds no masks to learn from: {_WITH_MASKS}")
    groups, official = examples.groups, examples.official
    sizes: dict[str, OptionValue]
    if examples.spans is not None:
        split = split_by_time(
            examples.spans, seed=seed, validation=validation, test=test, official=official, limit=limit
        )
        sizes = {"validation": len(split.validation), "test": len(split.test), "limit": limit}
        examples = replace(examples, notes=(*examples.notes, _by_time_note(split, len(examples.x), limit)))
        return assemble_dataset(examples, split, name, where, {**examples.options, "seed": seed, **sizes})
    n = len(examples.x) if groups is None else int(groups[-1]) + 1
    shape = examples.x.shape[1:]
    unit = modality_of(shape, examples.options, columns=examples.columns, vocabulary=examples.vocabulary).unit
    check_enough_examples(n, official, f"regions of {unit}" if examples.options.get("parts") == "regions" else unit)
    split = split_indices(n, seed=seed, validation=validation, test=test, official=official, limit=limit)
    sizes = {"validation": len(split.validation), "test": len(split.test), "limit": limit}
    split = split if groups is None else split.expand_groups(groups)
    data = assemble_dataset(examples, split, name, where, {**examples.options, "seed": seed, **sizes})
    return data if n_labels is None else with_label_subset(data, n_labels, seed)


def _by_time_note(split: Split, n: int, limit: int | None) -> str:
    of = {name: f"{size:,}" for name, size in split.sizes.items()}
    left = n - sum(split.sizes.values())
    between = f"; {left:,} between them share frames with another part and are in none" if limit is None else ""
    parts = f"{of['train']} train, {of['validation']} validate, {of['test']} test"
    return f"parts by time, the last windows test: {parts}{between}"


def _target(source: Source, target: str | Path) -> Path:
    """A folder, or the name of an array beside the pictures of a file."""
    if not isinstance(source, str | Path) or Path(source).is_dir() or is_volume(Path(source)):
        return resolve_path(target)
    return Path(target) if has_format(Path(source)) else resolve_path(target)


def _read(source: Source, requested: _Requested) -> tuple[str, str, Examples]:
    """A short name, what to give `load` again, and the examples."""
    if requested.options.future is not None:
        return _read_windows(source, requested)
    if isinstance(source, Tensor):
        return "array", "", _read_array(tensor_to_array(source), requested.options)
    if isinstance(source, np.ndarray):
        return "array", "", _read_array(source, requested.options)
    if is_frame(source):
        requested.options.refuse("this table", *_OF_FILES, "axes", "channels", "parts", *_OF_AUDIO)
        return "table", "", read_table(source, requested.options)
    if not isinstance(source, str | Path) and is_collection(source):
        requested.options.refuse("this collection", *_OF_FILES, "parts", "array", *_OF_TEXT, *_OF_AUDIO)
        return "collection", "", read_collection(source, requested.options)
    if is_registered(source):
        return str(source), str(source), _read_registered(str(source), requested)
    shards = find_shards(source)
    if shards is not None:
        requested.options.refuse("shards", *_OF_TEXT, *_OF_AUDIO)
        examples = read_shards(shards, requested.options, reporter=requested.reporter, cancel=requested.cancel)
        return shards.name, shards.source, examples
    path = resolve_path(source)
    name = volume_name(path).name if is_volume(path) else path.stem
    return name if path.is_file() else path.name, str(path), _read_path(path, requested)


def _read_windows(source: Source, requested: _Requested) -> tuple[str, str, Examples]:
    """The same of windows of frames."""
    options = requested.options
    own = [] if options.labels == "none" else ["labels"]
    options.refuse("frames in order", *_NOT_OF_WINDOWS, *own, *_OF_TEXT, *_OF_AUDIO)
    if isinstance(source, Tensor | np.ndarray):
        options.refuse("this array", "size", "colour", "fit", "array")
        return "array", "", windows_of_array(tensor_to_array(source) if isinstance(source, Tensor) else source, options)
    if not isinstance(source, str | Path) or is_registered(source) or find_shards(source) is not None:
        name = source if isinstance(source, str) else "this source"
        raise DataError(f"{name} holds no frames in order: give a folder of frames, clips, or an array of clips")
    path = resolve_path(source)
    if holds_clips(path) and options.values == ValueRange.BYTES:
        options = replace(options, values=None)
    options.refuse(path.name, *_without_effect(path))
    examples = read_windows(path, options, reporter=requested.reporter, cancel=requested.cancel)
    return path.stem if path.is_file() else path.name, str(path), examples


def _without_effect(path: Path) -> tuple[str, ...]:
    """The options that mean nothing for windows of frames from here; the frames of clips are bytes in any case."""
    if holds_clips(path):
        return "values", "fit", "array"
    if path.is_dir() or is_picture_archive(path):
        return ("array",)
    return ("size", "colour", "fit", *(["array"] if suffix_of(path) == ".npy" else []))


def _read_registered(name: str, requested: _Requested) -> Examples:
    options = requested.options
    options.refuse(
        name,
        *_OF_FILES,
        *_OF_ARRAYS,
        *_OF_TEXT,
        *_OF_SOUND,
        "unlabelled",
        *(["labels"] if options.label_source else []),
    )
    fetch = make_fetch(
        datasets[name].folder,
        allow_download=requested.download,
        reporter=requested.reporter,
        cancel=requested.cancel,
    )
    examples = datasets[name].read(fetch)
    own = {each: value for each, value in examples.options.items() if each in _OF_MUSIC}
    options.refuse(name, *(each for each in _OF_MUSIC if getattr(options, each) != own.get(each)))
    if options.values not in (None, examples.values):
        raise ArgumentError(f"{name} holds values {examples.values}; leave --values out, not {options.values}")
    resolved: dict[str, OptionValue] = {
        "values": str(examples.values),
        "size": None,
        "colour": "auto",
        "labels": options.labels,
        "parts": options.parts,
        **own,
        **({"target_is": options.target_is} if options.has_masks else {}),
    }
    kept = examples if options.labels == "auto" else replace(examples, labels=None, classes=None)
    if not options.has_masks and kept.masks is not None:
        kept = replace(kept, target=None, masks=None)
    return replace(
        kept,
        notes=(*examples.notes, *name_clash_note(name)),
        official=OfficialSplit() if options.parts == "random" else examples.official,
        options=resolved,
    )


def _read_path(path: Path, requested: _Requested) -> Examples:
    options = requested.options
    if holds_volumes(path) if path.is_dir() else is_volume(path):
        own = "target" if options.has_masks else "frames"
        options.refuse(
            path.name,
            *(name for name in _OF_FILES if name != own),
            *(_OF_LABELS if path.is_dir() else OF_LABELLED),
            *_OF_ARRAYS,
            *_OF_TEXT,
            *_OF_AUDIO,
        )
        return read_volume_folder(path, options) if path.is_dir() else format_of(path).read(path, options)
    if options.frames is not None or holds_clips(path):
        options = replace(options, values=None) if options.values == ValueRange.BYTES else options
        options = replace(options, parts="auto") if options.by_region else options
        options.refuse(
            path.name, "size", "fit", "target", "values", *OF_LABELLED, "attributes", *_OF_ARRAYS, *_OF_TEXT, *_OF_AUDIO
        )
        return read_clips(path, options, reporter=requested.reporter, cancel=requested.cancel)
    if MUSIC.is_source(path) or suffix_of(path) == CHORD_SUFFIX:
        options.refuse(path.name, "values", *_OF_FILES, *_OF_TEXT, *_OF_SOUND)
        return read_music_folder(path, options) if path.is_dir() else format_of(path).read(path, options)
    if SOUND.is_source(path):
        options.refuse(path.name, "values", *(name for name in _OF_FILES if name != "size"), *_OF_TEXT, *_OF_MUSIC)
        return read_sound_folder(path, options) if path.is_dir() else format_of(path).read(path, options)
    options.refuse(path.name, *_OF_AUDIO)
    if path.is_dir() and TEXT.fills(path):
        options.refuse(path.name, *_OF_FILES, *_OF_ARRAYS, *_OF_LABELS, "values")
        return read_text_folder(path, options)
    if not TEXT.is_source(path) and (path.is_dir() or suffix_of(path) not in _OF_TABLES):
        options.refuse(path.name, *_OF_TEXT)
    options = _with_label_file(path, options)
    if is_picture_archive(path):
        options.refuse(path.name, "target", *_OF_ARRAYS, *([] if options.label_source else ["unlabelled"]))
        with unpacked(path) as (folder, notes):
            examples = read_folder(folder, options, reporter=requested.reporter, cancel=requested.cancel)
        return replace(examples, notes=(*notes, *examples.notes))
    if path.is_dir():
        options.refuse(path.name, *_OF_ARRAYS, *([] if options.label_source else ["unlabelled"]))
        return read_folder(path, options, reporter=requested.reporter, cancel=requested.cancel)
    options.refuse(path.name, *(name for name in _OF_FILES if name != "target" or not options.has_masks))
    return format_of(path).read(path, options)


def _with_label_file(path: Path, options: ReadOptions) -> ReadOptions:
    """The options with the whole path of the file of labels, where it takes one: pictures and arrays without names."""
    takes_file = path.is_dir() or is_picture_archive(path) or suffix_of(path) == ".npy"
    if options.label_source is None or not takes_file:
        return options
    return replace(options, labels=str(find_label_file(options.label_source)))


def _read_array(array: npt.NDArray[Any], options: ReadOptions) -> Examples:
    options.refuse("this array", *_OF_FILES, *OF_LABELLED, "array", *_OF_TEXT, *_OF_AUDIO)
    return read_array(array, options)
