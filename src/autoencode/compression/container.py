"""The .aec file: a header, blocks that are whole by themselves, and an index.

    signature   8 bytes
    header      length (4 bytes), digest (8), JSON
    block       "AECB", length of its JSON (4), length of its payload (8), digest of both (8), JSON, payload
    …
    index       a block of its own kind, which says where the others are
    end         offset of the index (8), "AECE"

Integers are little-endian. JSON of more than 256 bytes is packed by zlib. A digest is the first eight bytes of BLAKE2b.
Blocks can be read in any order, by the index or, where a file was cut, one after the other from the front.
"""

import hashlib
import json
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from autoencode.errors import DataError
from autoencode.runs.replacing import COMPRESSED_MARK

SIGNATURE = COMPRESSED_MARK
VERSION = 2
_BLOCK, _END = b"AECB", b"AECE"
_HEADER = struct.Struct("<I8s")
_BLOCK_HEAD = struct.Struct("<4sIQ8s")
_TAIL = struct.Struct("<Q4s")
_MAX_JSON = 1 << 26
_PACKED = 256
"""Bytes of JSON from which on it is packed."""
INDEX, MODEL, FILE, STORED = "index", "model", "file", "stored"
"""Kinds of blocks: where the others are; the run; a file that is examples; a part of a file as it is."""
CHUNK = 1 << 23
"""The most bytes of a file that one block of kind `STORED` holds."""
Json = dict[str, Any]


class DamagedError(DataError):
    """A part of a compressed file is not as it was written."""


def digest(*parts: bytes) -> bytes:
    """Eight bytes by which a change of bytes is seen."""
    hashed = hashlib.blake2b(digest_size=8)
    for part in parts:
        hashed.update(part)
    return hashed.digest()


class Writer:
    """Writes a compressed file from its beginning to its end.

    Args:
        file: open for writing, and empty.
        header: facts about all blocks.
    """

    def __init__(self, file: BinaryIO | BytesIO, header: Json) -> None:
        self._file, self._offsets = file, list[int]()
        content = _to_json(header | {"version": VERSION})
        file.write(SIGNATURE + _HEADER.pack(len(content), digest(content)) + content)
        self._at = len(SIGNATURE) + _HEADER.size + len(content)

    def add(self, meta: Json, payload: bytes) -> int:
        """Writes a block, and gives its size in the file in bytes."""
        content = _to_json(meta)
        head = _BLOCK_HEAD.pack(_BLOCK, len(content), len(payload), digest(content, payload))
        self._file.write(head + content + payload)
        self._offsets.append(self._at)
        size = len(head) + len(content) + len(payload)
        self._at += size
        return size

    def finish(self, summary: Json) -> None:
        """Writes the index, and facts that are known only at the end."""
        at = self._at
        self.add({"kind": INDEX, "offsets": self._offsets} | summary, b"")
        self._file.write(_TAIL.pack(at, _END))


@dataclass(frozen=True)
class Block:
    """A block as it was written.

    Args:
        meta: facts about it, of which `kind` is one.
        payload: its bytes.
        size: that it takes in the file, in bytes.
    """

    meta: Json
    payload: bytes
    size: int


class Reader:
    """Reads a compressed file, which a stranger may have written.

    Args:
        file: open for reading, and seekable.

    Raises:
        DataError: no compressed file, one of another version, or one whose header is damaged.
    """

    def __init__(self, file: BinaryIO | BytesIO) -> None:
        self._file = file
        self._size = file.seek(0, os.SEEK_END)
        file.seek(0)
        start = file.read(len(SIGNATURE))
        if start != SIGNATURE:
            raise DataError("not a file of `autoencode compress`: it begins with other bytes")
        length, expected = _HEADER.unpack(self._read(_HEADER.size))
        content = self._read(self._checked(length))
        if digest(content) != expected:
            raise DamagedError("its header is damaged, without which nothing in it can be read")
        self.header = _from_json(content)
        if self.header.get("version") != VERSION:
            raise DataError(
                f"a compressed file of version {self.header.get('version')}, and this autoencode reads version "
                f"{VERSION}: decompress it with the version that wrote it"
            )
        self._start = file.tell()

    def index(self) -> Json:
        """Where the blocks are (`offsets`), and what was known at the end.

        Raises:
            DamagedError: it is missing, as in a file that was cut.
        """
        if self._size < self._start + _TAIL.size:
            raise DamagedError("its end is missing")
        self._file.seek(self._size - _TAIL.size)
        at, mark = _TAIL.unpack(self._read(_TAIL.size))
        if mark != _END or not self._start <= at < self._size:
            raise DamagedError("its end is missing or damaged")
        meta = self.block(at).meta
        offsets = meta.get("offsets")
        if meta.get("kind") != INDEX or not isinstance(offsets, list):
            raise DamagedError("its index is damaged")
        if not all(isinstance(offset, int) and self._start <= offset < at for offset in offsets):
            raise DamagedError("its index names places outside of the file")
        return meta

    def block(self, offset: int) -> Block:
        """The block at an offset.

        Raises:
            DamagedError: there is none that is whole.
        """
        self._file.seek(offset)
        mark, meta_length, length, expected = _BLOCK_HEAD.unpack(self._read(_BLOCK_HEAD.size))
        if mark != _BLOCK:
            raise DamagedError(f"there is no block at byte {offset:,}")
        content, payload = self._read(self._checked(meta_length)), self._read(length)
        if digest(content, payload) != expected:
            raise DamagedError(f"the block at byte {offset:,} is damaged")
        return Block(_from_json(content), payload, _BLOCK_HEAD.size + meta_length + length)

    def scan(self) -> Iterator[Block]:
        """Every whole block from the front, without the index; what is damaged is passed over."""
        at = self._start
        while at < self._size:
            try:
                block = self.block(at)
            except DamagedError:
                at = self._find(at + 1)
                continue
            yield block
            at += block.size

    def _find(self, start: int) -> int:
        """Where the next block may begin."""
        while start < self._size:
            self._file.seek(start)
            chunk = self._file.read(1 << 20)
            if (place := chunk.find(_BLOCK)) >= 0:
                return start + place
            start += max(1, len(chunk) - len(_BLOCK) + 1) if len(chunk) == 1 << 20 else len(chunk)
        return self._size

    def _read(self, count: int) -> bytes:
        """Exactly so many bytes, for which no memory is taken before they are known to be there."""
        if count > self._size - self._file.tell():
            raise DamagedError("it ends too early: it was cut, or its lengths are damaged")
        return self._file.read(count)

    def _checked(self, length: int) -> int:
        if length > _MAX_JSON:
            raise DamagedError(f"it claims a description of {length:,} bytes: its lengths are damaged")
        return length


def _to_json(value: Json) -> bytes:
    content = json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
    return content if len(content) < _PACKED else zlib.compress(content, 9)


def _from_json(content: bytes) -> Json:
    whole = content if content.startswith(b"{") else _unpacked(content)
    try:
        value = json.loads(whole)
    except (ValueError, RecursionError) as error:
        raise DamagedError("one of its descriptions is no JSON") from error
    if not isinstance(value, dict):
        raise DamagedError("one of its descriptions is no JSON object")
    return value


def _unpacked(content: bytes) -> bytes:
    """No more than a description may have, however much was packed."""
    unpacking = zlib.decompressobj()
    try:
        found = unpacking.decompress(content, _MAX_JSON)
    except zlib.error as error:
        raise DamagedError("one of its descriptions is no JSON") from error
    if not unpacking.eof:
        raise DamagedError("one of its descriptions is cut, or too long")
    return found


def open_compressed(path: str | Path) -> BinaryIO:
    """Opens a compressed file for reading.

    Raises:
        DataError: it is not there, or cannot be read.
    """
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise DataError(f"{path} cannot be opened: {error.strerror or error}") from error
