"""Gives back what `compress` wrote, byte for byte."""

import io
import lzma
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import numpy as np

from autoencode.compression.bits_back import BitsBack
from autoencode.compression.blocks import EXAMPLES, TOGETHER, decode_blocks, parts_of
from autoencode.compression.container import (
    CHUNK,
    FILE,
    MODEL,
    STORED,
    Block,
    DamagedError,
    Json,
    Reader,
    open_compressed,
)
from autoencode.compression.contents import ArchivedFile, archived_file, indexed_blocks, safe_name
from autoencode.compression.model_identity import check_probe, fingerprint
from autoencode.compression.originals import (
    Bytes,
    ExampleShape,
    Original,
    example_bytes,
    first_bytes,
    picture_bytes,
)
from autoencode.compression.tiles import (
    PICTURES,
    TILE,
    MissingTileError,
    PictureCodec,
    decode_pictures,
    decode_tile,
    files_of,
    shape_of,
    tile_count,
)
from autoencode.errors import ArgumentError, DataError, RunError
from autoencode.runs.listing import find_run
from autoencode.runs.replacing import check_replaceable
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, resolve_reporter
from autoencode.storage import RUN_FILE, atomic_open
from autoencode.tasks.compress_photographs import CODEC, Profile, photograph_codec

_MAX_MODEL = 1 << 30
_RUN_FILES = (RUN_FILE, "model.safetensors")


@dataclass
class Decompressed:
    """What came back.

    Args:
        out: the folder.
        names: of the files in it.
        incomplete: names of files that are not whole.
    """

    out: Path
    names: list[str] = field(default_factory=list[str])
    incomplete: list[str] = field(default_factory=list[str])


@tuned_cpu()
def decompress(
    path: str | Path,
    out: str | Path,
    run: Run | None = None,
    *,
    only: Sequence[str] = (),
    salvage: bool = False,
    verify: bool = False,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Decompressed:
    """Gives back the files in a compressed file.

    A file is written whole or not at all, and never with other bytes than it had: what is decoded is compared with
    digests.

    Args:
        path: the compressed file.
        out: a folder for the files.
        run: the trained model; without it, the model in the file, or the run of the same name under `runs/`.
        only: names of the files that are wanted; all by default.
        salvage: give what is whole of a damaged file.
        verify: decode everything and write nothing.
        reporter: is given the progress.
        cancel: a request to stop.

    Raises:
        DataError: no compressed file, one that cannot be opened, a damaged one, or one of another model.
        ArgumentError: there is no file of that name in it.
        RunError: the run that it needs is not there.
    """
    token, reporter = cancel or CancelToken(), resolve_reporter(reporter)
    with open_compressed(path) as file, ExitStack() as stack:
        reader = Reader(file)
        common = Decompressed(Path(out)), frozenset(only), reporter, token, verify
        if reader.header.get("codec") == CODEC:
            work = _Pictures(picture_codec(reader.header), *common)
        else:
            work = _Examples(_codec(reader, run, stack, salvage=salvage), *common)
        index = _index(reader, salvage=salvage)
        blocks = reader.scan() if index is None else indexed_blocks(reader, index)
        reporter.start("decompressing", Path(path).stat().st_size, "bytes")
        try:
            work.run(blocks)
        finally:
            reporter.finish("decompressing")
    if missing := sorted(set(only) - work.seen):
        raise ArgumentError(f"there is no {missing[0]} in {path}: `autoencode inspect` lists what is in it")
    if work.result.incomplete and not salvage:
        raise DataError(f"{path}: {work.result.incomplete[0]} is not whole in it: see --salvage")
    return work.result


def _index(reader: Reader, *, salvage: bool) -> Json | None:
    try:
        return None if salvage else reader.index()
    except DamagedError as error:
        raise DamagedError(f"{error}: give back what is whole with --salvage") from error


def _codec(reader: Reader, run: Run | None, stack: ExitStack, *, salvage: bool) -> BitsBack:
    """The model, compared with the one that compressed.

    Raises:
        DataError: it is another model, or this computer computes other numbers with it.
    """
    if reader.header.get("codec") != "bits-back":
        raise DataError(f"it was compressed by a codec '{reader.header.get('codec')}' that this autoencode has not")
    wanted, name = str(reader.header.get("model")), str(reader.header.get("run"))
    opened = run or _embedded_run(reader, stack, salvage=salvage) or _named_run(name)
    if fingerprint(opened.model) != wanted:
        raise DataError(
            f"the file was compressed with another model than that of {opened.path}: it needs {name} "
            f"(digest {wanted[:12]}), so name that run with --run"
        )
    codec = BitsBack(opened.model)
    check_probe(codec, reader.header.get("probe"))
    return codec


def _named_run(name: str) -> Run:
    try:
        return Run(find_run(safe_name(name)))
    except RunError as error:
        raise RunError(
            f"the file needs the model of the run '{name}', which is not under runs/: name it with --run (a file of "
            "`autoencode compress RUN --embed-model` needs no run)"
        ) from error


def _embedded_run(reader: Reader, stack: ExitStack, *, salvage: bool) -> Run | None:
    blocks = reader.scan() if salvage else indexed_blocks(reader, reader.index())
    first = next(blocks, None)
    if first is None or first.meta.get("kind") != MODEL:
        return None
    folder = Path(stack.enter_context(TemporaryDirectory()))
    try:
        with zipfile.ZipFile(io.BytesIO(first.payload)) as archive:
            for name in _RUN_FILES:
                if archive.getinfo(name).file_size > _MAX_MODEL:
                    raise DamagedError("the model in it is too large")
                (folder / name).write_bytes(archive.read(name))
    except (KeyError, zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:  # one is of a method not known
        raise DamagedError("the model in it is damaged") from error
    return Run(folder)


def picture_codec(header: Json) -> PictureCodec:
    """The ready-made model, compared with the one that compressed.

    Args:
        header: of the compressed file.

    Raises:
        DataError: this autoencode has another one, or this computer computes other numbers with it.
    """
    quality = header.get("quality")
    try:
        profile = quality if isinstance(quality, int) else Profile(header.get("profile"))
        codec, model = photograph_codec(profile)
    except ValueError as error:
        raise DataError("it was compressed with a profile that this autoencode has not") from error
    if model != header.get("model"):
        raise DataError(
            f"it was compressed with another version of the ready-made model ({header.get('model')}): "
            "decompress it with the version of autoencode that wrote it"
        )
    if codec.probe() != header.get("probe"):
        raise DamagedError(
            "this computer computes other numbers with the model than the one that compressed the file: nothing was "
            "decompressed, as it would be wrong"
        )
    return codec


class _Decompression(ABC):
    """Files that come back in their order, of which one at a time is half written.

    Args:
        result: is filled in.
        only: names of the files that are wanted; empty for all.
        reporter: is given the bytes that are done.
        cancel: a request to stop.
        verify: write nothing.
    """

    def __init__(
        self, result: Decompressed, only: frozenset[str], reporter: Reporter, cancel: CancelToken, verify: bool
    ) -> None:
        self.result, self.seen = result, set[str]()
        self._reporter, self._cancel, self._done = reporter, cancel, 0
        self._only, self._verify = only, verify
        self._waiting = dict[int, tuple[ArchivedFile, Json]]()
        self._open: _OpenFile | None = None

    def run(self, blocks: Iterator[Block]) -> None:
        """Writes what the blocks hold."""
        try:
            for block in blocks:
                kind = block.meta.get("kind")
                if kind == FILE:
                    self._declare(block.meta)
                elif kind == STORED:
                    self._add_stored(block)
                else:
                    self._add(block)
                self._report(block.size)
            self._flush()
        finally:
            self._discard()
        self.result.incomplete += [archived.name for archived, _ in self._waiting.values()]

    @abstractmethod
    def _add(self, block: Block) -> None:
        """Decodes a block of the codec, at once or later."""

    @abstractmethod
    def _flush(self) -> None:
        """Decodes what is left for later."""

    def _report(self, more: int = 0) -> None:
        self._cancel.raise_if_cancelled()
        self._done += more
        self._reporter.update("decompressing", self._done)

    def _declare(self, meta: Json) -> ArchivedFile | None:
        archived = archived_file(meta)
        self.seen.add(archived.name)
        if self._only and archived.name not in self._only:
            return None
        self._waiting[archived.number] = archived, meta.get("form", {})
        return archived

    def _add_stored(self, block: Block) -> None:
        at, number = block.meta.get("at"), block.meta.get("file")
        if at == 0:
            self._declare(block.meta)
        if not isinstance(number, int) or number not in self._waiting:
            return
        opened = self._opened(number)
        if at == opened.written:  # else a part before it is missing
            opened.write(_unpacked(block))
            if opened.written >= opened.archived.size:
                self._finish(opened)

    def _opened(self, number: int) -> "_OpenFile":
        """The file that is being written, which this becomes; one that is half written before it is given up."""
        if self._open is None or self._open.archived.number != number:
            self._discard()
            archived, form = self._waiting[number]
            path = self.result.out / archived.name
            self._open = _OpenFile(archived, form, ExitStack())
            if not self._verify:
                check_replaceable(path)
                self._open.file = self._open.stack.enter_context(atomic_open(path, archived.size))
        return self._open

    def _finish(self, opened: "_OpenFile") -> None:
        opened.stack.close()
        del self._waiting[opened.archived.number]
        self.result.names.append(opened.archived.name)
        self._open = None

    def _discard(self) -> None:
        if self._open is not None:
            unfinished = DamagedError("not whole")
            self._open.stack.__exit__(DamagedError, unfinished, None)
            self._open = None


class _Examples(_Decompression):
    """Examples of a trained model, many blocks of them at a time.

    Args:
        codec: of the examples.
        common: what all need, see `_Decompression`.
    """

    def __init__(self, codec: BitsBack, *common: Any) -> None:
        super().__init__(*common)
        self._codec, self._kind, self._group = codec, ExampleShape(codec.data_shape, codec.levels), list[Block]()

    def _add(self, block: Block) -> None:
        if block.meta.get("kind") == EXAMPLES and any(part.file in self._waiting for part in parts_of(block)):
            self._group.append(block)
        if len(self._group) == TOGETHER:
            self._flush()

    def _flush(self) -> None:
        group, self._group = self._group, []
        self._add_examples(group)

    def _add_examples(self, blocks: Sequence[Block]) -> None:
        if not blocks:
            return
        for decoded in decode_blocks(self._codec, blocks, lambda share: self._report()):
            at = 0
            for part in decoded.parts:
                levels = decoded.levels[at : at + part.count]
                at += part.count
                if part.file in self._waiting and part.first == self._opened(part.file).examples:
                    self._add_levels(self._opened(part.file), levels)

    def _add_levels(self, opened: "_OpenFile", levels: Bytes) -> None:
        if not opened.examples:
            opened.write(first_bytes(opened.form))
        opened.write(example_bytes(Original(levels, opened.form), self._kind))
        opened.examples += len(levels)
        if opened.examples >= (opened.archived.count or 0):
            self._finish(opened)


class _Pictures(_Decompression):
    """Pictures of any size: a tile, or a block of small ones, at a time.

    Args:
        codec: of pictures.
        common: what all need, see `_Decompression`.
    """

    def __init__(self, codec: PictureCodec, *common: Any) -> None:
        super().__init__(*common)
        self._codec, self._pixels = codec, np.zeros((0, 0), np.uint8)

    def _flush(self) -> None:
        """Nothing waits."""

    def _add(self, block: Block) -> None:
        if block.meta.get("kind") == PICTURES:
            self._add_pictures(block)
            return
        number = block.meta.get("file")
        if block.meta.get("kind") != TILE or not isinstance(number, int) or number not in self._waiting:
            return
        opened = self._opened(number)
        if not opened.examples:
            self._pixels = np.zeros(shape_of(opened.form), np.uint8)
        try:
            decode_tile(self._codec, block, opened.examples, self._pixels)
        except MissingTileError:
            return
        opened.examples += 1
        if opened.examples == tile_count(self._pixels.shape):
            opened.write(picture_bytes(self._pixels, opened.form))
            self._finish(opened)

    def _add_pictures(self, block: Block) -> None:
        wanted = [self._declare(meta) for meta in files_of(block)]
        if not any(wanted):
            return
        for archived, pixels in zip(wanted, decode_pictures(self._codec, block), strict=True):
            if archived is not None:
                opened = self._opened(archived.number)
                opened.write(picture_bytes(pixels, opened.form))
                self._finish(opened)


@dataclass
class _OpenFile:
    """A file that is being written."""

    archived: ArchivedFile
    form: Json
    stack: ExitStack
    file: BinaryIO | None = None
    written: int = 0
    examples: int = 0

    def write(self, content: bytes) -> None:
        self.written += len(content)
        if self.file is not None:
            self.file.write(content)


def _unpacked(block: Block) -> bytes:
    """A part of a file that is stored as it is."""
    length = block.meta.get("length")
    if type(length) is not int or not 0 <= length <= CHUNK:
        raise DamagedError("the description of a stored file is damaged")
    try:
        packed = bool(block.meta.get("packed"))
        content = lzma.LZMADecompressor().decompress(block.payload, length) if packed else block.payload
    except lzma.LZMAError as error:
        raise DamagedError("a stored file is damaged") from error
    if len(content) != length:
        raise DamagedError("a stored file has another length than it should")
    return content
