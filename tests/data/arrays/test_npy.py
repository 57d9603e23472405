import io
import pickle
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from autoencode.data import memory
from autoencode.data.arrays.npy import map_npy, read_npy, read_npy_header
from autoencode.data.values import Array
from autoencode.errors import DataError

Reader = Callable[[Path], Array]
both = pytest.mark.parametrize("read", [read_npy, map_npy])


@both
def test_reads_arrays_of_either_order(tmp_path: Path, read: Reader):
    array = np.random.default_rng(0).random((5, 4))
    for given in (array, np.asfortranarray(array), array.astype(">f4")):
        np.save(tmp_path / "a.npy", given)
        assert np.array_equal(read(tmp_path / "a.npy"), given)


def test_the_header_alone(tmp_path: Path):
    np.save(tmp_path / "a.npy", np.zeros((5, 4), np.int16))
    assert read_npy_header(tmp_path / "a.npy") == ((5, 4), np.dtype("int16"))


@both
def test_a_truncated_file_says_how_much_is_there(tmp_path: Path, read: Reader):
    path = tmp_path / "a.npy"
    np.save(path, np.zeros((100, 4)))
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(DataError, match=r"a.npy is cut off: 3,000 bytes of 3,200; copy or make it again"):
        read(path)


@both
@pytest.mark.parametrize(
    "content", [b"", b"\x93NUMPY", b"not an array", b"\x93NUMPY\x01\x00\xff\xff{", b"\x93NUMPY\x09\x00ab"]
)
def test_what_is_no_array_file(tmp_path: Path, content: bytes, read: Reader):
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(DataError, match=r"a.npy cannot be read: .*; copy or make it again"):
        read(tmp_path / "a.npy")


class Evil:
    def __reduce__(self):
        return pytest.fail, ("a pickle was loaded",)


@both
def test_objects_are_never_unpickled(tmp_path: Path, read: Reader):
    np.save(tmp_path / "a.npy", np.array([Evil(), Evil()]), allow_pickle=True)
    with pytest.raises(
        DataError, match=r"holds Python objects as a pickle, which can run programs; save plain numbers"
    ):
        read(tmp_path / "a.npy")


@both
def test_a_bare_pickle_is_never_loaded(tmp_path: Path, read: Reader):
    (tmp_path / "a.npy").write_bytes(pickle.dumps(Evil()))
    with pytest.raises(DataError, match=r"cannot be read"):
        read(tmp_path / "a.npy")


def header(shape: str) -> bytes:
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def test_more_than_the_memory_is_refused_before_it_is_read(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(memory, "physical_memory", lambda: 2**30)
    (tmp_path / "a.npy").write_bytes(header("(1000000, 1000)"))
    with pytest.raises(DataError, match=r"a.npy needs 7.5 GiB and this machine has 1.0 GiB"):
        read_npy(tmp_path / "a.npy")


@pytest.mark.parametrize("shape", ["(-1, 3)", "'ab'", "(1.5,)", "__import__('os')", "((1,"])
def test_absurd_headers(tmp_path: Path, shape: str):
    (tmp_path / "a.npy").write_bytes(header(shape) + bytes(100))
    with pytest.raises(DataError, match=r"cannot be read"):
        read_npy(tmp_path / "a.npy")


def test_every_truncation_is_a_data_error(tmp_path: Path):
    buffer = io.BytesIO()
    np.save(buffer, np.arange(6.0))
    for end in range(0, len(buffer.getvalue()), 7):
        (tmp_path / "a.npy").write_bytes(buffer.getvalue()[:end])
        with pytest.raises(DataError):
            read_npy(tmp_path / "a.npy")


def test_a_mapped_file_may_be_larger_than_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    np.save(tmp_path / "a.npy", np.ones((100, 4)))
    monkeypatch.setattr(memory, "physical_memory", lambda: 1000)
    with pytest.raises(DataError, match="GiB of memory"):
        read_npy(tmp_path / "a.npy")
    assert map_npy(tmp_path / "a.npy").sum() == 400
