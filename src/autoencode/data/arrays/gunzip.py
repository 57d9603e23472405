"""Unpacks gzip without believing what it says about its size."""

import gzip
import tempfile
import zlib
from typing import BinaryIO, NamedTuple, cast

from autoencode.data.memory import room_for
from autoencode.errors import DataError

_GZIP = 31  # zlib's code for: a gzip header and trailer, any window
_MAGIC = b"\x1f\x8b"
_PIECE = 2**20


class _Member(NamedTuple):
    """What one gzip stream held, whether its end was reached, and the bytes after it."""

    content: bytes
    whole: bool
    rest: bytes


def gunzip(packed: bytes, most: int, what: str = "the file") -> bytes:
    """The content of a gzip file that holds at most `most` bytes.

    Args:
        packed: the file, of one member or of several one after the other.
        most: the largest size that can be right, in bytes; unpacking stops there.
        what: the file's name, for the messages.

    Returns:
        The content.

    Raises:
        DataError: not gzip, damaged, cut off, or larger than `most`.
    """
    pieces, room = list[bytes](), most
    while packed or not pieces:
        member = _member(packed, room + 1, what)
        room -= len(member.content)
        if room < 0:
            raise DataError(f"{what} unpacks to more than the {most:,} bytes that it should hold")
        if not member.whole:
            raise DataError(f"{what} is cut off: its gzip stream has no end")
        pieces.append(member.content)
        packed = member.rest
    return b"".join(pieces)


def unpacked_to_file(packed: BinaryIO, most: int, what: str = "the file") -> BinaryIO:
    """A temporary file with the content of a gzip file, unpacked piece by piece: memory does not depend on its size.

    Args:
        packed: the file, at its beginning.
        most: the largest size that can be right, in bytes; unpacking stops there.
        what: the file's name, for the messages.

    Returns:
        The file, which vanishes when it is closed.

    Raises:
        DataError: not gzip, damaged, cut off, larger than `most`, or there is no room for it.
    """
    file = cast("BinaryIO", tempfile.TemporaryFile(dir=room_for(most, what)))  # noqa: SIM115  # it is handed over
    try:
        with gzip.GzipFile(fileobj=packed) as content:
            while piece := content.read(_PIECE):
                if file.tell() + len(piece) > most:
                    raise DataError(f"{what} unpacks to more than the {most:,} bytes that it should hold")
                file.write(piece)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        file.close()
        raise DataError(f"{what} is no gzip file, or is damaged or cut off: {error}") from error
    except BaseException:
        file.close()
        raise
    return file


def gunzip_start(packed: bytes, count: int, what: str = "the file") -> bytes:
    """The first `count` bytes of the content (fewer if there are no more), and no more work than that.

    Raises:
        DataError: not gzip, or damaged at its start.
    """
    return _member(packed, count, what).content


def is_gzip(content: bytes) -> bool:
    """Whether the bytes begin as a gzip file does."""
    return content.startswith(_MAGIC)


def _member(packed: bytes, most: int, what: str) -> _Member:
    unpacking = zlib.decompressobj(_GZIP)
    try:
        content = unpacking.decompress(packed, most)
    except zlib.error as error:
        raise DataError(f"{what} is no gzip file, or is damaged: {error}") from error
    return _Member(content, unpacking.eof, unpacking.unused_data)
