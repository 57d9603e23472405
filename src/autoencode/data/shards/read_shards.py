"""Examples of shards: an index of all, and rows that are read when they are used."""

import hashlib
import os
import weakref
from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int64, Shaped
from torch import Tensor

from autoencode.data.content import suffix_of
from autoencode.data.examples import Examples, SkippedFile, count_files, list_skipped
from autoencode.data.images.formats import Depth
from autoencode.data.images.picture import UnreadableError, read_picture
from autoencode.data.labels import Labels, read_text_labels
from autoencode.data.options import ReadOptions
from autoencode.data.shards.file_rows import FileRows, RowReader
from autoencode.data.shards.find_shards import Shards
from autoencode.data.shards.parquet_shard import number_columns, number_rows, parquet_samples
from autoencode.data.shards.samples import LeftOut, tar_samples
from autoencode.data.shards.shard_index import IndexCache, IndexWriter, ShardIndex
from autoencode.data.values import ValueRange
from autoencode.errors import ArgumentError, DataError, StorageError
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Progress, Reporter, resolve_reporter, track

_LONGEST_KEPT = 128
_FITTED = (64, 64)
_MOST_OPEN = 64
_REFUSED = ("target", "target_is", "patch", "frames", "attributes", "axes", "channels", "unlabelled", "parts", "only")
_OF_PICTURES = ("size", "colour", "fit")


def read_shards(
    shards: Shards, options: ReadOptions, *, reporter: Reporter | None = None, cancel: CancelToken | None = None
) -> Examples:
    """The examples of shards, which stay where they are: a batch reads its own.

        shards ─► index (place and size of each, once) ─► rows that are read when they are used

    Each shard is read once in full: every picture is decoded, and one that is not whole is left out. What was found is
    kept in the user's cache folder and read again when size or time of the file have changed.

    Args:
        shards: the files.
        options: how they are to be read.
        reporter: receives the progress of the task "reading", in examples.
        cancel: ends the reading early; shards that were read whole stay known.

    Raises:
        ArgumentError: an option without a meaning for shards.
        CancelledError: `cancel` asked for it.
        DataError: damaged, or nothing to learn from.
    """
    options.refuse(f"shards ({shards.name})", *_REFUSED)
    pictures = shards.hold_pictures
    if pictures:
        if suffix_of(shards.files[0]) == ".tar":
            own = ["labels"] if options.label_source else []
            options.refuse("shards in tar, whose labels lie beside the pictures", "array", *own)
        if options.values not in (None, ValueRange.BYTES):
            raise ArgumentError(f"pictures in shards are read as 0-255: leave --values out, not {options.values}")
    else:
        options.refuse(f"shards of numbers ({shards.name})", *_OF_PICTURES, "array")
    indices = _indices(shards, options, pictures=pictures, reporter=resolve_reporter(reporter), cancel=cancel)
    skipped = tuple(skip for index in indices for skip in index.skipped)
    if not sum(map(len, indices)):
        raise DataError(f"no readable example in {shards.source}: {list_skipped(skipped)}")
    return (_pictures if pictures else _numbers)(shards, indices, options, skipped)


def _indices(
    shards: Shards, options: ReadOptions, *, pictures: bool, reporter: Reporter, cancel: CancelToken | None
) -> list[ShardIndex]:
    """What is known of each shard; those that were not read before are read now."""
    found, kept = list[ShardIndex](), True
    with track(reporter, "reading", None, "examples", cancel=cancel) as progress:
        for number, file in enumerate(shards.files, 1):
            progress.update(detail=f"{number}/{len(shards.files)} {file.name}")
            how = "" if suffix_of(file) == ".tar" else f"{options.array}\0{options.labels}"
            cache = IndexCache(file, how)
            index = cache.load()
            if index is None:
                index = _read_index(file, cache, options, progress, pictures=pictures)
                try:
                    cache.save(index)
                except StorageError as error:
                    if kept:
                        reporter.note(f"what was found in the shards is not kept for the next time: {error}")
                    kept = False
            found.append(index)
    return found


def _read_index(
    file: Path, cache: IndexCache, options: ReadOptions, progress: Progress, *, pictures: bool
) -> ShardIndex:
    left = LeftOut(file.name)
    if not pictures:
        return _number_index(file, cache, options, progress)
    writer = IndexWriter(left)
    if suffix_of(file) == ".tar":
        for sample in tar_samples(file, left):
            writer.add(sample, sample.offset)
            progress.advance()
        return writer.index(file)
    with cache.copy(file.stat().st_size) as (path, copy):
        for sample in parquet_samples(file, left, options.array, options.labels):
            if writer.add(sample, copy.tell()):
                copy.write(sample.content)
            progress.advance()
    return writer.index(path)


def _number_index(file: Path, cache: IndexCache, options: ReadOptions, progress: Progress) -> ShardIndex:
    columns, dtype, n, label = number_columns(file, options.labels)
    digest, classes, labels = hashlib.sha256(), dict[str, int](), list[int]()
    width = len(columns) * dtype.itemsize
    with cache.copy(n * width) as (path, copy):
        for rows, texts in number_rows(file, columns, dtype, label):
            content = rows.tobytes()
            copy.write(content)
            digest.update(content)
            labels += [-1 if text is None else classes.setdefault(text, len(classes)) for text in texts]
            progress.advance(len(rows))
    digest.update(repr((columns, str(dtype), list(classes))).encode() + np.array(labels, np.int32).tobytes())
    return ShardIndex(
        path,
        np.arange(n, dtype=np.int64) * width,
        np.full(n, width, dtype=np.int64),
        np.array(labels, dtype=np.int32),
        list(classes),
        digest=digest.hexdigest(),
        columns=columns,
        dtype=str(dtype),
    )


def _pictures(
    shards: Shards, indices: list[ShardIndex], options: ReadOptions, skipped: tuple[SkippedFile, ...]
) -> Examples:
    n, sides = sum(map(len, indices)), sum((Counter(index.sides) for index in indices), Counter[str]())
    size = options.size or _common_size(sides) or _FITTED
    grey = options.colour == "grey" or (options.colour == "auto" and not any(index.n_colour for index in indices))
    reader = _PictureRows(shards.name, indices, size, 1 if grey else 3, options.fit)
    lost = sum((Counter(index.lost) for index in indices), Counter[str]())
    named = _labels(indices, options)
    colour = "grey" if grey else "rgb"
    height, width = size
    smallest, largest = (pick(sides, key=_area) for pick in (min, max))
    found = smallest if smallest == largest else f"{smallest} to {largest}"
    fitted = f"fitted to {height}x{width} (height x width) from {found}, --size to choose"
    return Examples(
        x=FileRows(reader, torch.arange(n)),
        values=ValueRange.BYTES,
        labels=named.labels,
        classes=named.classes,
        notes=(
            _count_note("pictures", n, shards, skipped),
            f"size {height}x{width} (height x width), as in the files" if found == f"{height}x{width}" else fitted,
            "grey, as every picture is" if grey and options.colour == "auto" else f"colour {colour}",
            *(f"{words}, in {count:,} of {n:,} pictures" for words, count in lost.items()),
            *named.notes,
        ),
        skipped=skipped,
        options={
            "values": str(ValueRange.BYTES),
            "size": list(size),
            "colour": colour,
            "fit": options.fit,
            "labels": options.labels,
            "array": options.array,
        },
    )


def _numbers(
    shards: Shards, indices: list[ShardIndex], options: ReadOptions, skipped: tuple[SkippedFile, ...]
) -> Examples:
    n, values = sum(map(len, indices)), options.values or ValueRange.STANDARDISED
    other = next((place for place, index in enumerate(indices) if index.columns != indices[0].columns), None)
    if other is not None:
        raise DataError(
            f"{shards.files[other].name} has the columns {', '.join(indices[other].columns[:3])}, … and "
            f"{shards.files[0].name} has {', '.join(indices[0].columns[:3])}, …: all shards need the same, in one order"
        )
    if values not in (ValueRange.STANDARDISED, ValueRange.RAW):
        raise ArgumentError(f"numbers in shards are standardised, or --values raw: not {values}")
    named, width = _labels(indices, options), len(indices[0].columns)
    how = "standardised by the training part (--values raw keeps them)" if values.standardised else "kept as they are"
    return Examples(
        x=FileRows(_NumberRows(shards.name, indices, float32=not values.standardised), torch.arange(n)),
        values=values,
        labels=named.labels,
        classes=named.classes,
        notes=(_count_note("rows", n, shards, skipped), f"{width:,} columns of numbers, {how}", *named.notes),
        skipped=skipped,
        options={"values": str(values), "labels": options.labels},
    )


def _count_note(noun: str, n: int, shards: Shards, skipped: Sequence[SkippedFile]) -> str:
    files = "1 shard" if len(shards.files) == 1 else f"{len(shards.files):,} shards"
    read = f"{n:,} {noun} in {files}, read from there when they are used"
    return f"{read}; {count_files(skipped):,} left out: {list_skipped(skipped)}" if skipped else read


def _area(side: str) -> tuple[int, str]:
    height, width = map(int, side.split("x"))
    return height * width, side


def _common_size(sides: Counter[str]) -> tuple[int, int] | None:
    """The size that all pictures have, unless they differ or are large."""
    if len(sides) > 1:
        return None
    height, width = map(int, next(iter(sides)).split("x"))
    return (height, width) if max(height, width) <= _LONGEST_KEPT else None


def _labels(indices: list[ShardIndex], options: ReadOptions) -> Labels:
    if options.labels == "none" or not any(index.classes for index in indices):
        return Labels()
    texts = [index.classes[place] if place >= 0 else None for index in indices for place in index.labels.tolist()]
    return read_text_labels(texts, "shards", None)


class _Rows(RowReader):
    """The bytes of examples, by their places in an index.

    Args:
        what: the shards, for messages.
        indices: of all shards.
    """

    def __init__(self, what: str, indices: Iterable[ShardIndex]) -> None:
        indices = list(indices)
        self.what = what
        self._indices = indices
        self._ends = np.cumsum([len(index) for index in indices])
        self._open = OrderedDict[int, int]()
        weakref.finalize(self, _close, self._open)

    def _digest(self, *how: object) -> str:
        return hashlib.sha256(repr((*how, *(index.digest for index in self._indices))).encode()).hexdigest()

    def _content(self, place: int) -> bytes:
        """The bytes of one example."""
        number = int(np.searchsorted(self._ends, place, side="right"))
        index = self._indices[number]
        own = place - (int(self._ends[number - 1]) if number else 0)
        size = int(index.sizes[own])
        try:
            descriptor = self._descriptor(number)
            os.lseek(descriptor, int(index.offsets[own]), os.SEEK_SET)
            content = os.read(descriptor, size)
        except OSError as error:
            raise DataError(f"{index.file} cannot be read any more: {error.strerror}") from error
        if len(content) != size:
            raise DataError(f"{index.file} is shorter than when it was first read: it has changed meanwhile")
        return content

    def _descriptor(self, number: int) -> int:
        """An open file; of many the last ones stay open."""
        if number not in self._open:
            if len(self._open) >= _MOST_OPEN:
                os.close(self._open.popitem(last=False)[1])
            flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
            self._open[number] = os.open(self._indices[number].file, flags)
        self._open.move_to_end(number)
        return self._open[number]


def _close(descriptors: OrderedDict[int, int]) -> None:
    while descriptors:
        os.close(descriptors.popitem()[1])


class _PictureRows(_Rows):
    """Pictures, decoded when they are used."""

    dtype = torch.uint8

    def __init__(
        self, what: str, indices: Iterable[ShardIndex], size: tuple[int, int], channels: int, fit: str
    ) -> None:
        super().__init__(what, indices)
        self.data_shape, self._size, self._fit = (channels, *size), size, fit
        self.digest = self._digest(self.data_shape, fit)

    def read(self, places: Int64[Tensor, " m"]) -> Shaped[Tensor, "m ..."]:
        """Some of the pictures."""
        colour = "grey" if self.data_shape[0] == 1 else "rgb"
        found = np.empty((len(places), *self.data_shape), np.uint8)
        for row, place in enumerate(places.tolist()):
            try:
                found[row] = read_picture(self._content(place), self._size, colour, Depth.BYTES, fit=self._fit)
            except UnreadableError as error:
                raise DataError(f"example {place + 1} of {self.what} was whole and is not any more: {error}") from error
        return torch.from_numpy(found)


class _NumberRows(_Rows):
    """Rows of numbers."""

    def __init__(self, what: str, indices: list[ShardIndex], *, float32: bool) -> None:
        super().__init__(what, indices)
        self.data_shape = (len(indices[0].columns),)
        self._stored = [np.dtype(index.dtype) for index in indices]
        self.dtype = torch.float32 if float32 else torch.float64
        self.digest = self._digest(self.data_shape)

    def read(self, places: Int64[Tensor, " m"]) -> Shaped[Tensor, "m ..."]:
        """Some of the rows."""
        found = np.empty((len(places), *self.data_shape), np.float32 if self.dtype == torch.float32 else np.float64)
        for row, place in enumerate(places.tolist()):
            number = int(np.searchsorted(self._ends, place, side="right"))
            found[row] = np.frombuffer(self._content(place), self._stored[number])
        return torch.from_numpy(found)
