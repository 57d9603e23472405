"""Compresses photographs of any size with a ready-made model, for which no run is needed."""

import functools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from autoencode.compression.container import FILE, Json, Writer
from autoencode.compression.originals import Bytes, is_pixels_only
from autoencode.compression.other_formats import Comparison, Sample, compare_lossless, compare_lossy
from autoencode.compression.photographs.lossless import load_models
from autoencode.compression.photographs.lossy import QUALITIES, LossyCodec, load_contexts
from autoencode.compression.picture_files import NotCoded, Photograph, read_photograph, read_pixels
from autoencode.compression.tiles import (
    PictureCodec,
    bits_of,
    encode_pictures,
    encode_tiles,
    fills_block,
    is_small,
    may_share,
    tile_count,
)
from autoencode.errors import ArgumentError, CancelledError
from autoencode.runs.replacing import check_no_overwriting, check_replaceable
from autoencode.runtime.cancellation import CancelToken, cancel_on_interrupt
from autoencode.runtime.reporter import Reporter, resolve_reporter
from autoencode.storage import atomic_open
from autoencode.tasks.compress import (
    Compressed,
    FileSource,
    check_archive_name,
    file_sources,
    left_out_of,
    png_name,
    store_file,
    summary_of,
)
from autoencode.views.figures import bit_map

CODEC = "photographs"
_NEAR = 2.0
"""What a picture in a block takes is counted where its file has less than this many times its share."""


class Profile(Enum):
    """Which of the ready-made models."""

    FAST = "fast"
    SMALL = "small"


def photograph_codec(profile: Profile | int) -> tuple[PictureCodec, str]:
    """The codec of a profile, or of a quality, and a digest of its model.

    Raises:
        ArgumentError: a quality that is not from 1 to 100.
    """
    models = load_models()
    if isinstance(profile, Profile):
        return (models.fast if profile is Profile.FAST else models.small), models.digest
    if profile not in QUALITIES:
        raise ArgumentError(f"a quality is from 1 to 100, not {profile}")
    return _lossy_codec(profile), load_contexts()[1] + models.digest


@functools.lru_cache(16)
def _lossy_codec(quality: int) -> LossyCodec:
    """One for all files of a quality, as it computes its probe once."""
    return LossyCodec(load_contexts()[0], load_models().fast, quality)


def compress_photographs(
    inputs: Sequence[str | Path],
    out: str | Path,
    *,
    profile: Profile | int = Profile.FAST,
    pixels_only: bool = False,
    compare: bool = False,
    heat_maps: str | Path | None = None,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Compressed:
    """Compresses photographs of any size, which `decompress` gives back: byte for byte, or nearly with a quality.

    Pictures in BMP, PPM and uncompressed TIFF, grey or in colour, are coded by a ready-made model; with a quality, all
    pictures are. Any other file is stored as it is, packed where that makes it smaller. On Ctrl-C the file is closed
    with what is in it.

    Args:
        inputs: files, and folders with all that is in them.
        out: the file to write, in .aec.
        profile: megabytes in a second, or smaller files in about five times as long; or a quality from 1 to 100, with
            which pictures come back as PNG with an error.
        pixels_only: code pictures in other lossless formats, such as PNG, too, which then come back as PNG with the
            same pixels but other bytes.
        compare: measure what the pictures, or a sample of them, take in other formats; see `Compressed.comparison`.
        heat_maps: a folder for a map of each picture that says how many bits its pixels take.
        reporter: is given the progress and what is stored.
        cancel: a request to stop.

    Raises:
        ArgumentError: no such input, two of one name, no such quality, or a file that is not named .aec.
        StorageError: the file cannot be written.
    """
    (codec, model), out = photograph_codec(profile), Path(out)
    maps = None if heat_maps is None else Path(heat_maps)
    check_archive_name(out)
    sources = file_sources(inputs, out)
    check_replaceable(out)
    check_no_overwriting([out], [source.path for source in sources])
    quality = None if isinstance(profile, Profile) else profile
    name = profile.value if isinstance(profile, Profile) else f"quality {profile}"
    header: Json = {"codec": CODEC, "profile": name, "quality": quality, "model": model, "probe": codec.probe()}
    with cancel_on_interrupt(cancel) as token, atomic_open(out) as file:
        result = Compressed(out, coded="pictures", quality=quality, maps=None if maps is None else 0)
        result.left_out = left_out_of(inputs)
        work = _Compression(Writer(file, header), codec, result, resolve_reporter(reporter), token, maps, compare)
        work.add_all(sources, pixels_only=pixels_only)
        result.size = file.tell()
    return result


@dataclass
class _Compression:
    """What one compression needs and has done."""

    writer: Writer
    codec: PictureCodec
    result: Compressed
    reporter: Reporter
    cancel: CancelToken
    heat_maps: Path | None
    compare: bool
    sample: Sample = field(default_factory=Sample)
    waiting: dict[int, list["_Picture"]] = field(default_factory=lambda: defaultdict[int, list[_Picture]](list))
    """Small pictures that will share a block, by their number of axes."""
    names: set[str] = field(default_factory=set[str])
    """Of all files, without regard to case."""

    def add_all(self, sources: Sequence[FileSource], *, pixels_only: bool) -> None:
        """Everything, in order; what is whole stays readable where it is stopped."""
        self.reporter.start("compressing", sum(source.size for source in sources), "bytes")
        done, self.names = 0, {source.name.casefold() for source in sources}
        try:
            for number, source in enumerate(sources):
                self.cancel.raise_if_cancelled()
                self._add(number, source, pixels_only=pixels_only)
                done += source.size
                self.reporter.update("compressing", done)
        except (KeyboardInterrupt, CancelledError):  # within a file, which is left out
            self.cancel.cancel()
        for axes in self.waiting:
            self._write_waiting(axes)
        self.result.complete = not self.cancel.cancelled
        if self.sample.pictures:
            self.result.comparison = self._comparison()
        self.writer.finish(summary_of(self.result))
        self.reporter.finish("compressing")

    def _add(self, number: int, source: FileSource, *, pixels_only: bool) -> None:
        lossy = self.result.quality is not None
        found = read_pixels(source.path) if lossy else read_photograph(source.path, pixels_only=pixels_only)
        if isinstance(found, NotCoded):
            self._store(number, source, found.reason)
            return
        picture = _Picture(number, source, found)
        if is_small(found.pixels.shape):
            if not may_share([other.pixels.shape for other in (*self.waiting[found.pixels.ndim], picture)]):
                self._write_waiting(found.pixels.ndim)
            waiting = self.waiting[found.pixels.ndim]
            waiting.append(picture)
            if fills_block([other.pixels for other in waiting]):
                self._write_waiting(found.pixels.ndim)
        else:
            self._add_tiles(picture)

    def _add_tiles(self, picture: "_Picture") -> None:
        tiles = list(encode_tiles(self.codec, picture.pixels, picture.number, self.cancel.raise_if_cancelled))
        if picture.may_be_larger and sum(len(payload) for _, payload in tiles) >= picture.source.size:
            self._store(picture.number, picture.source, self._smaller)
            return
        self.writer.add(picture.describe(self.names) | {"kind": FILE}, b"")
        for described, payload in tiles:
            self.result.payload += self.writer.add(described, payload)
        self._count(picture)

    def _store(self, number: int, source: FileSource, reason: str) -> None:
        """A file as it is."""
        store_file(self.writer, source, {"file": number, "name": source.name, "size": source.size})
        self.result.add_stored(source.name, reason)
        self.result.files += 1
        self.result.original += source.size

    @property
    def _smaller(self) -> str:
        """Why a picture that could be coded is stored as it is."""
        how = "by its pixels" if self.result.quality is None else f"with --quality {self.result.quality}"
        return f"smaller as it is than {how}"

    def _write_heat_map(self, path: Path, pixels: Bytes) -> None:
        check_replaceable(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_open(path) as file:
            bit_map(bits_of(self.codec, pixels)).save(file, "PNG")

    def _comparison(self) -> Comparison:
        groups = [self.sample.pictures] if self._is_one_group() else [[pixels] for pixels in self.sample.pictures]
        payloads = [self.codec.encode(group) for group in groups]
        own, whole = sum(map(len, payloads)), self.sample.whole
        if self.result.quality is None:
            return compare_lossless(self.sample.pictures, own, whole=whole)
        back = [
            pixels
            for group, payload in zip(groups, payloads, strict=True)
            for pixels in self.codec.given_back(group, payload)
        ]
        return compare_lossy(self.sample.pictures, back, own, whole=whole)

    def _is_one_group(self) -> bool:
        """Whether the sample shares a block."""
        pictures = self.sample.pictures
        return all(is_small(pixels.shape) and pixels.ndim == pictures[0].ndim for pixels in pictures) and may_share(
            [pixels.shape for pixels in pictures]
        )

    def _write_waiting(self, axes: int) -> None:
        waiting, self.waiting[axes] = self.waiting[axes], []
        if not waiting:
            return
        described, payload = encode_pictures(self.codec, [picture.pixels for picture in waiting])
        if smaller := self._smaller_as_they_are(waiting, len(payload)):
            for picture in smaller:
                self._store(picture.number, picture.source, self._smaller)
            waiting = [picture for picture in waiting if picture not in smaller]
            if not waiting:
                return
            described, payload = encode_pictures(self.codec, [picture.pixels for picture in waiting])
        files = [picture.describe(self.names) for picture in waiting]
        self.result.payload += self.writer.add(described | {"files": files}, payload)
        for picture in waiting:
            self._count(picture)

    def _smaller_as_they_are(self, pictures: Sequence["_Picture"], size: int) -> list["_Picture"]:
        """Which of the pictures of a block take fewer bytes as they are.

        Args:
            pictures: of the block.
            size: of the block. Where a file has `_NEAR` times more bytes than its picture's share, it is larger.
        """
        each = size / sum(picture.pixels.size for picture in pictures)
        near = [
            picture
            for picture in pictures
            if picture.may_be_larger and picture.source.size < _NEAR * each * picture.pixels.size
        ]
        taken = self.codec.bits([picture.pixels for picture in near]) if near else []
        return [picture for picture, bits in zip(near, taken, strict=True) if bits.sum() / 8 >= picture.source.size]

    def _count(self, picture: "_Picture") -> None:
        """A picture that is whole in the compressed file."""
        self.result.files += 1
        self.result.original += picture.source.size
        self.result.values += picture.pixels.size
        self.result.examples += 1
        self.result.pixels_only += picture.may_be_larger
        if self.compare:
            self.sample.add(picture.pixels)
        if self.heat_maps is not None:
            self._write_heat_map(self.heat_maps / f"{picture.source.name}.png", picture.pixels)
            self.result.maps = (self.result.maps or 0) + 1


@dataclass(frozen=True, eq=False)
class _Picture:
    """A picture that is coded, unless its file is smaller.

    Args:
        number: of its file.
        source: its file.
        photograph: what it holds.
    """

    number: int
    source: FileSource
    photograph: Photograph

    @property
    def pixels(self) -> Bytes:
        return self.photograph.pixels

    @property
    def may_be_larger(self) -> bool:
        """Whether its file may be smaller than its coded pixels."""
        return is_pixels_only(self.photograph.form)

    def describe(self, names: set[str]) -> Json:
        """What the compressed file says of it."""
        name = png_name(self.source.name, names) if self.may_be_larger else self.source.name
        described: Json = {"file": self.number, "name": name, "size": self.source.size}
        return described | {"form": self.photograph.form, "count": tile_count(self.pixels.shape)}
