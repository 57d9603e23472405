"""Compresses photographs of any size with a ready-made model, for which no run is needed."""

import functools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from autoencode.compression.container import FILE, Json, Writer
from autoencode.compression.originals import Bytes, is_pixels_only, read_photograph, read_pixels
from autoencode.compression.other_formats import Comparison, Sample, compare_lossless, compare_lossy
from autoencode.compression.photographs.lossless import load_models
from autoencode.compression.photographs.lossy import QUALITIES, LossyCodec, load_contexts
from autoencode.compression.tiles import (
    PictureCodec,
    bits_of,
    encode_pictures,
    encode_tiles,
    fills_block,
    is_small,
    tile_count,
)
from autoencode.errors import ArgumentError, CancelledError
from autoencode.runs.replacing import check_no_overwriting, check_replaceable
from autoencode.runtime.cancellation import CancelToken, cancel_on_interrupt
from autoencode.runtime.reporter import Reporter, resolve_reporter
from autoencode.storage import atomic_open
from autoencode.tasks.compress import Compressed, FileSource, file_sources, store_file, summary_of
from autoencode.views.figures import bit_map

CODEC = "photographs"


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
        ArgumentError: no such input, two of one name, or no such quality.
        StorageError: the file cannot be written.
    """
    (codec, model), out = photograph_codec(profile), Path(out)
    maps = None if heat_maps is None else Path(heat_maps)
    sources = file_sources(inputs, out)
    check_replaceable(out)
    check_no_overwriting([out], [source.path for source in sources])
    quality = None if isinstance(profile, Profile) else profile
    name = profile.value if isinstance(profile, Profile) else f"quality {profile}"
    header: Json = {"codec": CODEC, "profile": name, "quality": quality, "model": model, "probe": codec.probe()}
    with cancel_on_interrupt(cancel) as token, atomic_open(out) as file:
        result = Compressed(out, coded="pictures", quality=quality)
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
    waiting: dict[int, list[tuple[Json, Bytes]]] = field(
        default_factory=lambda: defaultdict[int, list[tuple[Json, Bytes]]](list)
    )
    """Small pictures that will share a block, by their number of axes."""

    def add_all(self, sources: Sequence[FileSource], *, pixels_only: bool) -> None:
        """Everything, in order; what is whole stays readable where it is stopped."""
        self.reporter.start("compressing", sum(source.size for source in sources), "bytes")
        done = 0
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
        meta: Json = {"file": number, "name": source.name, "size": source.size}
        lossy = self.result.quality is not None
        found = read_pixels(source.path) if lossy else read_photograph(source.path, pixels_only=pixels_only)
        if found is None:
            self.result.stored.append(source.name)
            store_file(self.writer, source, meta)
            self._count(meta)
            return
        pixels, form = found
        if lossy and not source.name.lower().endswith(".png"):
            meta["name"] = f"{source.name}.png"
        meta |= {"form": form, "count": tile_count(pixels.shape)}
        if self.compare:
            self.sample.add(pixels)
        if self.heat_maps is not None:
            self._write_heat_map(self.heat_maps / f"{source.name}.png", pixels)
        if is_small(pixels.shape):
            self._wait(meta, pixels)
        else:
            self.writer.add(meta | {"kind": FILE}, b"")
            for described, payload in encode_tiles(self.codec, pixels, number, self.cancel.raise_if_cancelled):
                self.result.payload += self.writer.add(described, payload)
            self._count(meta, pixels)

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
        return all(is_small(pixels.shape) and pixels.ndim == pictures[0].ndim for pixels in pictures)

    def _wait(self, meta: Json, pixels: Bytes) -> None:
        waiting = self.waiting[pixels.ndim]
        waiting.append((meta, pixels))
        if fills_block([pixels for _, pixels in waiting]):
            self._write_waiting(pixels.ndim)

    def _write_waiting(self, axes: int) -> None:
        waiting, self.waiting[axes] = self.waiting[axes], []
        if waiting:
            files, pictures = zip(*waiting, strict=True)
            self.result.payload += self.writer.add(*encode_pictures(self.codec, files, pictures))
            for meta, pixels in waiting:
                self._count(meta, pixels)

    def _count(self, meta: Json, pixels: Bytes | None = None) -> None:
        """A file that is whole in the compressed one."""
        self.result.files += 1
        self.result.original += int(meta["size"])
        if pixels is not None:
            self.result.values += pixels.size
            self.result.examples += 1
            self.result.pixels_only += is_pixels_only(meta["form"])
