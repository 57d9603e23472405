"""Whether all pixels of a picture are in its file: Pillow reads PNG and JPEG files that end early without an error."""

import re
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image

_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
"""First row and column, and the steps to the next ones, of the passes of an interlaced PNG."""
_READ_SIZE = 2**16

_LARGEST_JPEG = 2**29
_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
"""Any marker but a restart, so that the data of a scan contain none."""
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_RESTART_INTERVAL, _SCAN, _END = 0xDD, 0xDA, 0xD9
_WITHOUT_CONTENT = frozenset({0x01, 0xD8})
_BLOCK = 8
_FLAT = 2
"""Levels by which the brightness varies where libjpeg had no data; it is rounded."""
_NOISE = np.random.default_rng(0).integers(0, 255, 4_096, dtype=np.uint8).tobytes()
"""Without 255, which would begin a marker."""


def load_completely(image: Image.Image, content: bytes | None = None) -> None:
    """Decodes a picture, all pixels of which must be in its file.

    Pillow leaves missing rows of a PNG black, and libjpeg continues those of a JPEG with one colour. In both, rows are
    stored in order, so that a last row which looks otherwise proves that all are there. If it does not, the data of a
    PNG are counted, and those of a JPEG are tried.

    Args:
        image: not loaded yet.
        content: of its file, where it was opened from memory.

    Raises:
        ValueError: pixels are missing.
    """
    interlaced, progressive = bool(image.info.get("interlace")), bool(image.info.get("progressive"))
    image.load()
    if image.format == "PNG" and (interlaced or not np.asarray(_end_of_last_row(image, image.width)).any()):
        with _opened_again(image, content) as file:
            _check_png_data(file)
    elif image.format in ("JPEG", "MPO") and (progressive or _ends_flat(image)):
        with _opened_again(image, content) as file:
            _check_jpeg_data(file.read(_LARGEST_JPEG), progressive=progressive)


def _opened_again(image: Image.Image, content: bytes | None) -> BinaryIO:
    if content is not None:
        return BytesIO(content)
    return Path(str(image.filename)).open("rb")  # pyright: ignore[reportAttributeAccessIssue]


def _end_of_last_row(image: Image.Image, pixels: int) -> Image.Image:
    return image.crop((max(0, image.width - pixels), image.height - 1, image.width, image.height))


# PNG -----------------------------------------------------------------------------------------------------------------


def _check_png_data(file: BinaryIO) -> None:
    """Raises unless a PNG holds as many bytes of pixels as its header announces.

    Raises:
        ValueError: they end early.

    References:
        Portable Network Graphics, W3C, third edition, sections 8.1 (interlacing) and 11.2.1 (IHDR).
    """
    file.seek(8)
    chunks = _png_chunks(file)
    width, height, bits, colour, _, _, interlace = struct.unpack(">IIBBBBB", next(chunks)[1])
    passes = _ADAM7 if interlace else ((0, 0, 1, 1),)
    expected = 0
    for top, left, down, across in passes:
        rows, columns = -(-(height - top) // down), -(-(width - left) // across)
        expected += max(0, rows) * (1 + (columns * bits * _PNG_CHANNELS[colour] + 7) // 8) if columns > 0 else 0
    decoder, found = zlib.decompressobj(), 0
    for data in (content for kind, content in chunks if kind == b"IDAT"):
        while data and found < expected and not decoder.eof:
            found += len(decoder.decompress(data, _READ_SIZE))
            data = decoder.unconsumed_tail
    found += len(decoder.flush(_READ_SIZE)) if found < expected else 0
    if found < expected:
        raise ValueError(f"its data end after {found:,} of {expected:,} bytes")


def _png_chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """The kind and the content of each chunk to the end of the picture; what follows it is not read."""
    while len(head := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        if kind == b"IEND" or not kind.isalpha():
            return
        yield kind, file.read(length)
        file.seek(4, 1)  # the checksum, which Pillow has verified


# JPEG ----------------------------------------------------------------------------------------------------------------


def _ends_flat(image: Image.Image) -> bool:
    """Whether the end of the last row is of one brightness, as where libjpeg had no data for it."""
    scale = (getattr(image, "decoderconfig", None) or (1,))[0]  # what `draft` chose
    end = np.asarray(_end_of_last_row(image, max(2, _BLOCK // scale)).convert("L"))
    return int(np.ptp(end)) <= _FLAT


def _check_jpeg_data(content: bytes, *, progressive: bool) -> None:
    """Raises where the data of a JPEG end before its pixels do.

    More data before the end of the last scan change nothing if all pixels had theirs; otherwise they are decoded. That
    is tried at an eighth of the size, which is faster and takes the same data; a progressive JPEG, whose last scan
    refines details, at its full size. Each restart interval ends by itself, so that restarts are counted instead. A
    progressive JPEG must also have refined what it began.

    Raises:
        ValueError: they end early.

    References:
        ITU-T T.81, sections A.2 (order of the blocks), B.2 (markers) and G.1.1 (progression).
    """
    jpeg = _parse_jpeg(content)
    if jpeg is None:
        return
    if jpeg.restarts_missing:
        raise ValueError(f"its data end {jpeg.restarts_missing:,} restart intervals early")
    longer = content[: jpeg.end] + _NOISE + content[jpeg.end :]
    if jpeg.is_unrefined or _decoded(content, full=progressive) != _decoded(longer, full=progressive):
        raise ValueError("its data end before its last row")


def _decoded(content: bytes, *, full: bool) -> bytes:
    with Image.open(BytesIO(content), formats=("JPEG",)) as image:
        if not full:
            image.draft(None, (1, 1))
        return image.tobytes()


class _Jpeg(NamedTuple):
    """What a JPEG file says about its scans.

    Args:
        end: where the data of the last scan end.
        restarts_missing: of the last scan.
        is_unrefined: a component has no data, or some that lack their last bits.
    """

    end: int
    restarts_missing: int
    is_unrefined: bool


def _parse_jpeg(content: bytes) -> _Jpeg | None:
    """Walks through the segments up to the first end of image; None if there is no scan.

    Raises:
        struct.error, IndexError, KeyError: it is no JPEG.
    """
    place, interval, missing, end = 2, 0, 0, None
    sides, sampling, bits_left = (0, 0), dict[int, tuple[int, int]](), dict[tuple[int, int], int]()
    while (found := _MARKER.search(content, place)) is not None:
        kind, place = content[found.end() - 1], found.end()
        if kind == _END:
            break
        if kind in _WITHOUT_CONTENT:
            continue
        (length,) = struct.unpack_from(">H", content, place)
        segment, place = content[place + 2 : place + length], place + length
        if kind in _FRAMES:
            height, width, count = struct.unpack_from(">HHB", segment, 1)
            sides = height, width
            for number in range(count):
                name, factors, _ = segment[6 + 3 * number : 9 + 3 * number]
                sampling[name] = factors >> 4, factors & 15
                bits_left[name, 0] = 1
        elif kind == _RESTART_INTERVAL:
            (interval,) = struct.unpack(">H", segment)
        elif kind == _SCAN:
            names = list(segment[1 : 1 + 2 * segment[0] : 2])
            first, last, bits = segment[-3], segment[-2], segment[-1] & 15
            bits_left |= {(name, coefficient): bits for name in names for coefficient in range(first, last + 1)}
            following = _MARKER.search(content, place)
            end = following.start() if following else len(content)
            restarts = len(_RESTART.findall(content, place, end))
            wanted = -(-_units(sides, sampling, names) // interval) - 1 if interval else 0
            missing, place = max(0, wanted - restarts), end
    return None if end is None else _Jpeg(end, missing, any(bits_left.values()))


def _units(sides: tuple[int, int], sampling: dict[int, tuple[int, int]], names: list[int]) -> int:
    """The number of units that a scan of these components consists of: single blocks if there is one component."""
    across, down = (max(factors[axis] for factors in sampling.values()) for axis in (0, 1))
    (height, width), one = sides, sampling[names[0]]
    if len(names) > 1:
        return -(-width // (_BLOCK * across)) * -(-height // (_BLOCK * down))
    columns, rows = -(-width * one[0] // across), -(-height * one[1] // down)
    return -(-columns // _BLOCK) * -(-rows // _BLOCK)
