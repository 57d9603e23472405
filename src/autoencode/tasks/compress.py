"""Compresses examples and files with a trained model, without loss."""

import io
import lzma
import math
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, count, islice
from pathlib import Path

import numpy as np

from autoencode.compression.bits_back import BitsBack
from autoencode.compression.blocks import BLOCK_VALUES, TOGETHER, ExampleBlock, divide, encode_blocks
from autoencode.compression.container import CHUNK, FILE, MODEL, STORED, Json, Writer
from autoencode.compression.contents import why_no_name
from autoencode.compression.model_identity import model_header
from autoencode.compression.originals import (
    Bytes,
    ExampleShape,
    Original,
    array_form,
    is_pixels_only,
    read_original,
)
from autoencode.compression.other_formats import Comparison, compare_lossless
from autoencode.errors import ArgumentError, CancelledError, CapabilityError
from autoencode.runs.replacing import check_no_overwriting, check_replaceable
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken, cancel_on_interrupt
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, resolve_reporter
from autoencode.storage import RUN_FILE, atomic_open, open_regular

SUFFIX = ".aec"
_PART = re.compile(r"(train|validation|test)(?::(\d+)\.\.(\d+))?")
_NPY_HEADER = 128
_COMPARED_BLOCKS = 10
"""Two million values."""
_NOT_EXAMPLES = (
    "the model codes arrays of bytes and uncompressed pictures of its own size (and of PNG the pixels, with "
    "--pixels-only)"
)
_MOST_REASONS = 12
"""Lines, at most, that say why files are stored as they are."""


@dataclass
class Compressed:
    """What was written.

    Args:
        path: the file.
        files: how many files are in it.
        examples: how many of them, or of their parts, are examples that the model coded.
        values: in these examples, such as pixels.
        payload: bytes that these examples take.
        kept: names of files that were stored as they are, by the reason why.
        maps: how many heat maps were written, where they were wanted.
        pixels_only: how many files come back with the same pixels and perhaps other bytes.
        original: bytes of all files.
        size: bytes of the compressed file, with the model where it is in there.
        model: bytes that the model takes in it.
        left_out: links and empty folders, which are not kept.
        complete: False where it was stopped half way.
        coded: what the model codes.
        quality: of pictures that are coded with loss, or None.
        comparison: with other formats, where it was wanted and there are pictures.
    """

    path: Path
    files: int = 0
    examples: int = 0
    values: int = 0
    payload: int = 0
    kept: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    maps: int | None = None
    pixels_only: int = 0
    original: int = 0
    size: int = 0
    model: int = 0
    left_out: list[str] = field(default_factory=list[str])
    complete: bool = True
    coded: str = "examples"
    quality: int | None = None
    comparison: Comparison | None = None

    @property
    def stored(self) -> list[str]:
        """Names of files that were stored as they are."""
        return [name for names in self.kept.values() for name in names]

    def add_stored(self, name: str, reason: str) -> None:
        """A file that was stored as it is."""
        self.kept.setdefault(reason, []).append(name)

    @property
    def bits_per_value(self) -> float | None:
        """Bits that a value of the examples takes, with all that blocks need; None without examples."""
        return 8 * self.payload / self.values if self.values else None

    @property
    def lines(self) -> list[str]:
        """What was saved."""
        lines = [f"{(self.size - self.model) / max(1, self.original):.1%} of {self.original:,} bytes"]
        if self.model:
            lines.append(f"and the model in {self.model:,} bytes")
        if self.values:
            lines.append(
                f"{self.examples:,} {self.coded} in {self.payload:,} bytes, {self.bits_per_value:.3f} bits a value"
            )
        return lines + (self.comparison.lines if self.comparison else [])

    @property
    def notes(self) -> list[str]:
        """What a person should know."""
        reasons = sorted(self.kept.items(), key=lambda found: -len(found[1]))
        notes = [_stored_note(names, reason) for reason, names in reasons[:_MOST_REASONS]]
        if others := [name for _, names in reasons[_MOST_REASONS:] for name in names]:
            notes.append(_stored_note(others, "for other reasons; `autoencode inspect` lists them"))
        if self.maps is not None and self.stored:
            written = f"{self.maps:,} heat map{'s'[: self.maps != 1]}" if self.maps else "no heat map"
            notes.append(f"{written}: a file that is stored as it is has none, {self.stored[0]} first")
        if self.quality is not None and self.examples:
            pictures = f"{self.examples:,} picture{'s'[: self.examples != 1]}"
            notes.append(f"{pictures} will come back as PNG, nearly the same (--quality {self.quality})")
        elif self.pixels_only:
            files = f"{self.pixels_only:,} file{'s'[: self.pixels_only != 1]}"
            notes.append(f"{files} will come back as PNG with the same pixels, not the same bytes")
        if self.left_out:
            notes.append(f"{len(self.left_out):,} links or empty folders are not kept, {self.left_out[0]} first")
        if not self.complete:
            notes.append("stopped: the file holds what was whole by then, and can be decompressed")
        return notes


def _stored_note(names: Sequence[str], reason: str) -> str:
    count = "1 file is stored as it is" if len(names) == 1 else f"{len(names):,} files are stored as they are"
    return f"{count}, {names[0]}{' first' if len(names) > 1 else ''}: {reason}"


def png_name(name: str, taken: set[str]) -> str:
    """A name for a picture that comes back as a PNG, which no other file has; it is added to those.

    Args:
        name: of the file.
        taken: names of all files, without regard to case.
    """
    if name.lower().endswith(".png"):
        return name
    endings = chain([".png"], (f".{number}.png" for number in count(2)))
    found = next(name + ending for ending in endings if (name + ending).casefold() not in taken)
    taken.add(found.casefold())
    return found


@dataclass(frozen=True)
class FileSource:
    """A file.

    Args:
        name: relative, with `/` between folders.
        path: where it is.
    """

    name: str
    path: Path

    @property
    def size(self) -> int:
        """In bytes."""
        return self.path.stat().st_size

    def original(self, kind: ExampleShape, *, pixels_only: bool) -> Original | None:
        """It as examples, where its bytes follow from these."""
        return read_original(self.path, kind, pixels_only=pixels_only)


@dataclass(frozen=True, eq=False)
class _PartSource:
    """Examples of the data, which come back as an array of bytes."""

    name: str
    values: Bytes

    @property
    def size(self) -> int:
        return self.values.nbytes + _NPY_HEADER

    def original(self, kind: ExampleShape, *, pixels_only: bool) -> Original:
        levels = kind.to_levels(self.values, 255)
        if levels is None:
            raise CapabilityError(
                f"the examples have values other than the {kind.levels} levels of the model's likelihood: it cannot "
                "give them back exactly"
            )
        return Original(levels, array_form(kind.shape, len(levels)))


_Source = FileSource | _PartSource


@tuned_cpu()
def compress(
    run: Run,
    inputs: Sequence[str | Path],
    out: str | Path,
    *,
    pixels_only: bool = False,
    embed_model: bool = False,
    compare: bool = False,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Compressed:
    """Compresses examples and files with the model of a run; `decompress` gives them back byte for byte.

    Arrays (.npy of bytes) and pictures (BMP, PPM, uncompressed TIFF) of the model's size are coded by the model. Any
    other file is stored as it is, packed where that makes it smaller. On Ctrl-C the file is closed with what is in it.

    Args:
        run: the trained model, whose likelihood is a probability mass.
        inputs: files, folders with all that is in them, and examples of the data: `test`, or `test:1..100`.
        out: the file to write, in .aec.
        pixels_only: code PNG, GIF and WebP pictures, too, which then come back as PNG with the same pixels but other
            bytes.
        embed_model: put the model into the file, which then needs nothing else to be decompressed.
        compare: measure what the examples, or the first of them, take in other formats; see `Compressed.comparison`.
        reporter: is given the progress and what is stored.
        cancel: a request to stop.

    Raises:
        ArgumentError: no such input, two of one name, or a file that is not named .aec.
        CapabilityError: the model has no probability mass, or is of a kind that cannot compress.
        StorageError: the file cannot be written.
    """
    codec, out = BitsBack(run.model), Path(out)
    check_archive_name(out)
    sources = _sources(run, inputs, out)
    check_replaceable(out)
    check_no_overwriting([out], [source.path for source in sources if isinstance(source, FileSource)])
    header = model_header(run.model, codec, run.name)
    with cancel_on_interrupt(cancel) as token, atomic_open(out) as file:
        writer, reporter = Writer(file, header), resolve_reporter(reporter)
        work = _Compression(writer, codec, Compressed(out), reporter, token, pixels_only=pixels_only, compare=compare)
        if embed_model:
            work.result.model = work.writer.add({"kind": MODEL}, _packed_run(run))
        work.result.left_out = left_out_of(inputs)
        work.add_all(sources)
        work.result.size = file.tell()
    return work.result


def _sources(run: Run, inputs: Sequence[str | Path], out: Path) -> list[_Source]:
    sources = [source for given in inputs for source in _expand(run, given, out.resolve())]
    if not sources:
        raise ArgumentError("there is nothing to compress: name files, folders, or a part of the data such as test")
    _check_names(sources)
    return sources


def file_sources(inputs: Sequence[str | Path], out: Path) -> list[FileSource]:
    """The files of inputs, without the one that is written.

    Raises:
        ArgumentError: there is none of that name, none at all, or two of one name.
    """
    sources = list[FileSource]()
    for given in inputs:
        if not (found := list(_files(Path(given), out.resolve()))) and not Path(given).is_dir():
            raise ArgumentError(f"there is no {given}: name a file or a folder")
        sources += found
    if not sources:
        empty = f"there is no file in {inputs[0]}" if inputs else "there is nothing to compress"
        raise ArgumentError(f"{empty}: name files, or folders that hold some")
    _check_names(sources)
    return sources


def check_archive_name(out: Path) -> None:
    """Raises unless a file ends in .aec: a compressed file that is named x.png would be taken for a picture.

    Raises:
        ArgumentError: it is not.
    """
    if out.suffix != SUFFIX:
        raise ArgumentError(f"compress writes one file in {SUFFIX}, not {out}: take -o {out.with_suffix(SUFFIX).name}")


def _check_names(sources: Sequence[_Source]) -> None:
    seen = dict[str, str]()
    for name in (source.name for source in sources):
        if reason := why_no_name(name):
            raise ArgumentError(f"{name!r} has a name {reason}: rename it")
        other = seen.get(name.casefold(), "")
        if other == name:
            raise ArgumentError(f"two inputs are named '{name}': compress the folder that holds both")
        if other:
            raise ArgumentError(f"{other} and {name} would be one file on some computers: rename one of them")
        seen[name.casefold()] = name


def left_out_of(inputs: Sequence[str | Path]) -> list[str]:
    """Links and empty folders, which are not kept, by their names."""
    return [
        (Path(given).name / file.relative_to(given)).as_posix()
        for given in map(Path, inputs)
        if given.is_dir()
        for file in sorted(given.rglob("*"))
        if file.is_symlink() or (file.is_dir() and not any(file.iterdir()))
    ]


def _files(path: Path, out: Path) -> Iterator[FileSource]:
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.is_file() and not file.is_symlink() and file.resolve() != out:
                yield FileSource((Path(path.resolve().name) / file.relative_to(path)).as_posix(), file)
    elif path.is_file():
        yield FileSource(path.name, path)


def _expand(run: Run, given: str | Path, out: Path) -> Iterator[_Source]:
    if Path(given).is_dir() or Path(given).is_file():
        yield from _files(Path(given), out)
    elif found := _PART.fullmatch(str(given)):
        yield _data_part(run, *found.groups())
    else:
        raise ArgumentError(f"there is no {given}: name a file, a folder, or a part of the data such as test:1..100")


def _data_part(run: Run, name: str, first: str | None, last: str | None) -> _PartSource:
    part = run.data.subsets[name]
    start, end = int(first or 1), int(last or len(part))
    if not 1 <= start <= end <= len(part):
        raise ArgumentError(
            f"there are no examples {name}:{start}..{end}: the {name} part has {len(part):,}, counted from 1"
        )
    levels = np.rint(part.inputs(slice(start - 1, end)).numpy() * 255.0)
    where = "" if first is None else f"-{start}-{end}"
    return _PartSource(f"{name}{where}.npy", levels.astype(np.uint8))


@dataclass
class _Compression:
    """What one compression needs and has done."""

    writer: Writer
    codec: BitsBack
    result: Compressed
    reporter: Reporter
    cancel: CancelToken
    pixels_only: bool
    compare: bool
    compared: list[Bytes] = field(default_factory=list[Bytes])
    compared_size: int = 0

    def add_all(self, sources: Sequence[_Source]) -> None:
        """Everything, in order; what is whole stays readable where it is stopped."""
        kind = ExampleShape(self.codec.data_shape, self.codec.levels)
        self.reporter.start("compressing", sum(source.size for source in sources), "bytes")
        blocks = divide(self._originals(sources, kind), max(1, BLOCK_VALUES // math.prod(kind.shape)))
        try:
            while not self.cancel.cancelled and (group := list(islice(blocks, TOGETHER))):
                self._add_group(group)
        except (KeyboardInterrupt, CancelledError):  # within a group, which is left out
            self.cancel.cancel()
        self.result.complete = not self.cancel.cancelled
        if self.compared:
            pictures = [pixels for block in self.compared for pixels in as_pictures(block, self.codec.levels)]
            whole = sum(pixels.size for pixels in pictures) == self.result.values
            levels = self.codec.levels
            self.result.comparison = compare_lossless(pictures, self.compared_size, whole=whole, levels=levels)
        self.writer.finish(summary_of(self.result))
        self.reporter.finish("compressing")

    def _add_group(self, group: Sequence[ExampleBlock]) -> None:
        values = sum(block.levels.size for block in group)

        def on_step(share: float) -> None:
            self.cancel.raise_if_cancelled()
            self.reporter.update("compressing", self.result.original - round((1 - share) * values))

        for block, (meta, payload) in zip(group, encode_blocks(self.codec, group, on_step), strict=True):
            size = self.writer.add(meta, payload)
            self.result.payload += size
            if self.compare and is_picture(self.codec.data_shape) and len(self.compared) < _COMPARED_BLOCKS:
                self.compared.append(block.levels)
                self.compared_size += size
        self.result.values += values
        self.result.examples += sum(len(block.levels) for block in group)
        self.reporter.update("compressing", self.result.original)

    def _originals(self, sources: Sequence[_Source], kind: ExampleShape) -> Iterator[tuple[int, Bytes]]:
        """The examples of each file that is examples; the others are stored on the way."""
        taken = {source.name.casefold() for source in sources}
        for number, source in enumerate(sources):
            if self.cancel.cancelled:
                return
            original = source.original(kind, pixels_only=self.pixels_only)
            self.result.files += 1
            self.result.original += source.size
            meta: Json = {"file": number, "name": source.name, "size": source.size}
            if original is not None:
                if is_pixels_only(original.form):
                    self.result.pixels_only += 1
                    meta["name"] = png_name(source.name, taken)
                self.writer.add(meta | {"kind": FILE, "form": original.form, "count": len(original.levels)}, b"")
                yield number, original.levels
            elif isinstance(source, FileSource):
                self.result.add_stored(source.name, _NOT_EXAMPLES)
                store_file(self.writer, source, meta)
                self.reporter.update("compressing", self.result.original)


def is_picture(shape: tuple[int, ...]) -> bool:
    """Whether other formats hold examples of this shape."""
    return len(shape) == 3 and shape[0] in (1, 3)


def as_pictures(levels: Bytes, count: int) -> Iterator[Bytes]:
    """Examples as (height, width) or (height, width, 3) in 0 to 255.

    Args:
        levels: (n, channels, height, width).
        count: of levels.
    """
    for example in (levels.astype(np.uint32) * 255 // (count - 1)).astype(np.uint8):
        yield example[0] if len(example) == 1 else np.ascontiguousarray(np.moveaxis(example, 0, 2))


def summary_of(result: Compressed) -> Json:
    """What the index of a file says of all of it."""
    found: Json = {"complete": result.complete, "files": result.files}
    return found | ({"comparison": result.comparison.to_json()} if result.comparison else {})


def store_file(writer: Writer, source: FileSource, meta: Json) -> None:
    """A file as it is, in chunks, each packed where that makes it smaller."""
    with open_regular(source.path, follow=True) as file:
        at = 0
        while (chunk := file.read(CHUNK)) or not at:
            packed = lzma.compress(chunk)
            smaller = len(packed) < len(chunk)
            described = meta | {"kind": STORED, "at": at, "length": len(chunk), "packed": smaller}
            writer.add(described, packed if smaller else chunk)
            at += max(1, len(chunk))


def _packed_run(run: Run) -> bytes:
    """What opening the run needs, as a zip archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in (run.path / RUN_FILE, run.folder.model_file):
            archive.write(file, file.name)
    return packed.getvalue()
