"""Arrays that nobody should be made to train on, and array files that lie about what they hold."""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt

from campaigns.mutate import file_bytes

Array = npt.NDArray[Any]
_SHAPES = (
    *((40, 8, 8), (40, 8, 8, 3), (40, 3, 8, 8), (40, 1, 8, 8), (40, 64), (40, 5), (40,), (), (0, 8, 8), (40, 0)),
    *((1, 8, 8), (2, 8, 8), (3, 64), (40, 8, 8, 4), (40, 8, 8, 2), (40, 1), (40, 1, 1), (40, 2, 3, 4, 5), (1, 1, 1, 1)),
    *((8, 40, 1), (40, 1, 500), (12, 1, 3000), (40, 8, 9), (3, 300, 2)),
)
_DTYPES = (
    "u1",
    "u1",
    "u1",
    "f4",
    "f4",
    "f8",
    "f2",
    "i2",
    ">u2",
    "<i4",
    ">f8",
    "i8",
    "u8",
    "b1",
    "c8",
    "g",
    "O",
    "U3",
    "S2",
)
_DTYPES_PLAIN = ("u1", "f4", "f8", "i2")
_DTYPES_ODD = ("M8[s]", "m8[D]", "V3", "u1,f4", "i1")


def some_array(random: Random) -> tuple[Array, str]:
    """An array of some shape, type and content."""
    shape = random.choice(_SHAPES) if random.random() < 0.5 else random.choice([(40, 8, 8), (40, 1, 8, 8), (30, 6)])
    dtype = random.choice(_DTYPES_PLAIN if random.random() < 0.5 else _DTYPES if random.random() < 0.9 else _DTYPES_ODD)
    numbers = np.random.default_rng(random.randrange(2**32))
    high = random.choice([1.0, 1.0, 255.0, 16.0, 4095.0, 1e-30, 1e30, 65535.0])
    values = numbers.random(shape) * high - (high / 2 if random.random() < 0.15 else 0)
    array = _cast(np.asarray(values), dtype)
    return array, f"{dtype} of shape {shape} up to {high:g}{_spoil(array, random)}"


def _cast(values: Array, dtype: str) -> Array:
    with np.errstate(all="ignore"):
        if dtype in ("M8[s]", "m8[D]"):
            return values.astype("i8").astype(dtype)
        if dtype in ("V3", "u1,f4"):
            return np.zeros(values.shape, np.dtype(dtype))
        return values.astype(dtype)


def _spoil(array: Array, random: Random) -> str:
    """Some numbers that are none, or too large, or all alike."""
    if array.dtype.kind != "f" or not array.size or random.random() < 0.6:
        if array.dtype.kind in "uif" and array.size and random.random() < 0.1:
            array[...] = 0
            return ", all zero"
        return ""
    value = random.choice([np.nan, np.inf, -np.inf, np.finfo(array.dtype).max, np.finfo(array.dtype).tiny])
    array.reshape(-1)[:: random.choice([1, 7, array.size])] = value
    return f", some {value:g}"


def some_labels(n: int, random: Random) -> tuple[Array, str]:
    """Labels of which few are 0, 1, 2, …"""
    numbers = np.random.default_rng(random.randrange(2**32))
    ways: list[tuple[Array, str]] = [
        (numbers.integers(0, 3, n), "three classes"),
        (numbers.choice([10, 10**9], n), "10 and 10**9"),
        (np.full(n, -1), "all −1"),
        (numbers.choice([-1, 1], n), "−1 and 1"),
        (np.full(n, 2**64 - 1, "u8"), "the largest uint64"),
        (numbers.random(n), "fractions"),
        (np.full(n, np.nan), "NaN"),
        (np.array(["a", "[/x]", "\x1b[1m", ""])[numbers.integers(0, 4, n)], "words"),
        (numbers.integers(0, 3, (n, 1)), "a column"),
        (numbers.integers(0, 2, (n, 3)), "three columns"),
        (numbers.integers(0, 3, max(0, n - 1)), "one too few"),
        (np.array(3), "a single number"),
        (np.zeros(0, int), "none"),
        (np.arange(n), "each another"),
        (np.array([None] * n, object), "objects"),
        (np.full(n, "2024-01-01", "M8[D]"), "dates"),
        (numbers.random(n) > 0.5, "true and false"),
    ]
    return random.choice(ways)


def write_npy(file: Path, random: Random) -> str:
    """A .npy file with an array of some kind, and often something wrong with the file."""
    array, said = some_array(random)
    np.save(file, array, allow_pickle=True)
    way = random.random()
    if way < 0.35:
        return said
    return f"{said}; {_lie(file, random) if way < 0.75 else file_bytes.in_bytes(file, random)}"


def _lie(file: Path, random: Random) -> str:
    """Another header in front of the same numbers."""
    content = file.read_bytes()
    (length,) = struct.unpack("<H", content[8:10])
    dtypes = ["'|O'", "'<f8'", "'<U999999999'", "[('a', 'u1')]", "'x'", "5", "'|V0'", "'<f16'", "None", "'<f4'*9"]
    shapes = ["(0,)", "(10**9,)", "(4000000000, 8, 8)", "(-1, 8)", "(2**63,)", "(2**40, 0)", "()", "(1.5,)", "8", "'a'"]
    shapes += ["(40, 8, 8)" + ",)" * 3, "(" * 200 + ")" * 200, "(1,)*99", "(True, 8, 8)"]
    entries = {"descr": random.choice(dtypes), "fortran_order": "False", "shape": "(40, 8, 8)"}
    if random.random() < 0.6:
        entries |= {"descr": "'|u1'", "shape": random.choice(shapes)}
    entries["fortran_order"] = random.choice(["False", "True", "1", "'no'"])
    if random.random() < 0.1:
        entries.pop(random.choice(list(entries)))
    text = "{" + ", ".join(f"'{key}': {value}" for key, value in entries.items()) + "}\n"
    text = random.choice([text] * 8 + ["__import__('os').system('true')\n", "{}\n", "\0" * 20, "x" * 60_000])
    version = random.choice([b"\1\0"] * 6 + [b"\2\0", b"\3\0", b"\x09\x09"])
    packed = struct.pack("<H" if version == b"\1\0" else "<I", len(text))
    file.write_bytes(content[:6] + version + packed + text.encode() + content[10 + length :])
    return f"header {text.strip()[:70]!r}"


def write_npz(file: Path, random: Random) -> str:
    """An .npz archive with labels and parts of some kind, and often something wrong with the archive."""
    x, said = some_array(random)
    arrays: dict[str, Array] = {random.choice(["x", "x", "x_train", "images", "data", "a"]): x}
    n = len(x) if x.ndim else 0
    if random.random() < 0.7:
        labels, about = some_labels(n, random)
        arrays[random.choice(["y", "y", "labels", "y_train"])] = labels
        said += f"; labels: {about}"
    if random.random() < 0.25:
        arrays["x_test"], about = (x[:5], "alike") if x.ndim and random.random() < 0.6 else some_array(random)
        said += f"; x_test: {about}"
        if random.random() < 0.6:
            arrays["y_test"] = some_labels(len(arrays["x_test"]) if arrays["x_test"].ndim else 0, random)[0]
    (np.savez_compressed if random.random() < 0.5 else np.savez)(file, **arrays)
    way = random.random()
    return said if way < 0.5 else f"{said}; {_spoil_archive(file, random)}"


def _spoil_archive(file: Path, random: Random) -> str:
    ways: list[Callable[[Path, Random], str]] = [file_bytes.in_bytes, _other_members, _broken_member]
    return random.choices(ways, [3, 1, 2])[0](file, random)


def _other_members(file: Path, random: Random) -> str:
    names = [
        "../x.npy",
        "/x.npy",
        "x.npy/",
        ".npy",
        "x\0.npy",
        "x.npy",
        "\x1b[1m.npy",
        "[/x].npy",
        "y" * 60_000 + ".npy",
    ]
    name = random.choice(names)
    with zipfile.ZipFile(file, "a") as archive:
        if name not in archive.namelist():
            archive.writestr(zipfile.ZipInfo(name), b"nothing")
    return f"a member {name[:20]!r}"


def _broken_member(file: Path, random: Random) -> str:
    """A member whose array file is damaged, in an archive that is whole."""
    inner = file.with_suffix(".inner.npy")
    said = write_npy(inner, random)
    content = inner.read_bytes()
    inner.unlink()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", random.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as archive:
        archive.writestr("x.npy", content)
    file.write_bytes(packed.getvalue())
    return f"x.npy: {said}"
