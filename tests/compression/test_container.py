"""The file: blocks that are whole, an index, and damage that is seen."""

import io

import numpy as np
import pytest

from autoencode.compression import container
from autoencode.compression.container import SIGNATURE, DamagedError, Reader, Writer
from autoencode.errors import DataError


class Memory(io.BytesIO):
    """A file in memory, as the annotations want it."""

    name, mode = "memory", "r+b"


BLOCKS = [({"kind": "file", "name": "é"}, b""), ({"kind": "examples"}, b"AECB" * 50), ({"kind": "stored"}, bytes(300))]


@pytest.fixture(scope="module")
def content() -> bytes:
    file = Memory()
    writer = Writer(file, {"run": "x"})
    sizes = [writer.add(meta, payload) for meta, payload in BLOCKS]
    writer.finish({"complete": True})
    assert sum(sizes) < len(file.getvalue())
    return file.getvalue()


def read_all(content: bytes) -> list:
    reader = Reader(Memory(content))
    return [(block.meta, block.payload) for block in map(reader.block, reader.index()["offsets"])]


def test_blocks_come_back_by_the_index_and_without_it(content):
    assert read_all(content) == BLOCKS
    scanned = [(block.meta, block.payload) for block in Reader(Memory(content)).scan()]
    assert scanned[:3] == BLOCKS
    assert scanned[3][0]["kind"] == "index"


def test_no_flipped_bit_changes_what_is_read(content):
    random = np.random.default_rng(0)
    for place in random.choice(8 * len(content), min(10_000, 8 * len(content)), replace=False):
        damaged = bytearray(content)
        damaged[place // 8] ^= 1 << (place % 8)
        try:
            read = read_all(bytes(damaged))
        except DataError:
            continue
        assert read == BLOCKS


def test_a_file_that_was_cut_gives_what_is_whole(content):
    for length in range(len(content)):
        with pytest.raises(DataError):
            read_all(content[:length])
        try:
            found = [(block.meta, block.payload) for block in Reader(Memory(content[:length])).scan()]
        except DataError:
            continue
        assert found == [*BLOCKS, *found[3:]][: len(found)]


def test_absurd_lengths_take_no_memory(content):
    start = content.index(b"AECB")
    for at, size in ((start + 4, 4), (start + 8, 8), (len(SIGNATURE), 4), (len(content) - 12, 8)):
        damaged = bytearray(content)
        damaged[at : at + size] = b"\xff" * size
        with pytest.raises(DataError):
            read_all(bytes(damaged))


def test_what_is_no_compressed_file_is_said():
    with pytest.raises(DataError, match="not a file of"):
        Reader(Memory(b"PNG"))
    file = Memory()
    Writer(file, {})
    with pytest.raises(DamagedError, match="end"):
        Reader(file).index()
    newer = file.getvalue().replace(b'"version":2', b'"version":3')
    with pytest.raises(DamagedError, match="header"):
        Reader(Memory(newer))


def test_long_descriptions_are_packed_and_no_more_is_unpacked_than_one_may_have(monkeypatch):
    file, long = Memory(), {"kind": "file", "names": ["a name"] * 1_000}
    writer = Writer(file, {})
    assert writer.add(long, b"") < 200
    writer.finish({})
    assert next(Reader(Memory(file.getvalue())).scan()).meta == long
    monkeypatch.setattr(container, "_MAX_JSON", 500)
    with pytest.raises(DamagedError, match="too long"):
        Reader(Memory(file.getvalue())).block(Reader(Memory(file.getvalue())).index()["offsets"][0])
