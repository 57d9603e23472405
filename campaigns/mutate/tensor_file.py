"""Safetensors files that are wrong: with a seal that is right, with a broken one, or with a header that lies."""

import json
import math
import struct
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from campaigns.mutate import file_bytes
from campaigns.mutate.json_text import mutate_object

_SMALL_DTYPES = (
    "float8_e4m3fn",
    "float8_e5m2",
    "bfloat16",
    "float16",
    "float64",
    "int8",
    "uint8",
    "int64",
    "bool",
    "complex64",
)
_DTYPE_NAMES = ("F8_E4M3", "F8_E5M2", "F4", "F64", "I64", "BOOL", "U16", "C64", "X", "", "F8_E8M0")


def mutate_tensors(file: Path, random: Random) -> str:
    """Damages a safetensors file in one of its ways."""
    ways: list[Callable[[Path, Random], str]] = [_resealed_tensors, _resealed_facts, _header, file_bytes.in_bytes]
    return random.choices(ways, [4, 3, 3, 2])[0](file, random)


def _resealed_tensors(file: Path, random: Random) -> str:
    """Other tensors, with a checksum that fits them."""
    tensors, facts, save = _opened(file)
    name = random.choice(sorted(tensors)) if tensors else "x"
    about = _change_tensor(tensors, name, random)
    save(tensors, facts)
    return f"sealed anew: {about}"


def _opened(file: Path) -> tuple[dict[str, Tensor], Any, Callable[[dict[str, Tensor], Any], None]]:
    """The tensors and facts of a file, and what writes others in the same way."""
    from autoencode.errors import RunError
    from autoencode.runs.tensor_file import load_tensors, save_tensors

    try:
        tensors, facts = load_tensors(file)
    except RunError:  # a file without a seal, such as that of the split
        with safe_open(file, framework="pt") as opened:
            ((key, text),) = opened.metadata().items()
        return load_file(file), json.loads(text), lambda t, f: save_file(t, file, {key: json.dumps(f)})
    return tensors, facts, lambda t, f: save_tensors(file, t, f)


def _change_tensor(tensors: dict[str, Tensor], name: str, random: Random) -> str:
    value = tensors.get(name, torch.zeros(1))
    way = random.randrange(9)
    if way == 0:
        dtype = random.choice(_SMALL_DTYPES)
        tensors[name] = value.to(getattr(torch, dtype))
        return f"{name} is {dtype}"
    if way == 1:
        dtype = random.choice(_SMALL_DTYPES)
        tensors.update({key: one.to(getattr(torch, dtype)) for key, one in tensors.items()})
        return f"all are {dtype}"
    if way == 2:
        filling = random.choice([math.nan, math.inf, 1e30, -1e30, 0.0])
        tensors[name] = torch.full_like(value.float(), filling)
        return f"{name} is full of {filling}"
    if way == 3:
        shapes = [(), (0,), (1,), (*value.shape, 1), value.shape[1:], value.shape[::-1], (3, 5, 7)]
        tensors[name] = torch.zeros(random.choice(shapes))
        return f"{name} has shape {tuple(tensors[name].shape)}"
    if way == 4:
        tensors.pop(name, None)
        return f"without {name}"
    if way == 5:
        other = random.choice(["", "x", "../x", name + ".", "[/]", "\x1b[1m", "n" * 10_000])
        tensors[other] = tensors.pop(name, value)
        return f"{name} is called {other[:20]!r}"
    if way == 6:
        tensors.update({f"more.{number}": torch.zeros(1) for number in range(5_000)})
        return "5,000 tensors more"
    if way == 7:
        tensors.clear()
        return "no tensors"
    tensors[name] = torch.randint(-(2**40), 2**40, value.shape)
    return f"{name} holds large whole numbers"


def _resealed_facts(file: Path, random: Random) -> str:
    """Other facts, with a checksum that fits them."""
    tensors, facts, save = _opened(file)
    changed, about = mutate_object(facts, random)
    save(tensors, changed)
    return f"sealed anew, facts: {about}"


def _header(file: Path, random: Random) -> str:
    """A header that is not what it was."""
    content = file.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header, rest = json.loads(content[8 : 8 + length]), content[8 + length :]
    if random.random() < 0.2:
        absurd = random.choice([0, 1, 2**20, 2**40, 2**63, 2**64 - 1])
        file.write_bytes(struct.pack("<Q", absurd) + content[8:])
        return f"header length {absurd}"
    about = _change_header(header, random)
    text = json.dumps(header).encode()
    file.write_bytes(struct.pack("<Q", len(text)) + text + rest)
    return f"header: {about}"


def _change_header(header: dict[str, Any], random: Random) -> str:
    names = [name for name in header if name != "__metadata__"]
    if not names or random.random() < 0.3:
        seals = [{}, {"autoencode": ""}, {"autoencode": "[]"}, {"autoencode": "{"}, {"autoencode": '{"facts": 5}'}]
        seals += [{"autoencode": "[" * 50_000}, {"autoencode": '{"facts": "[]", "sha256": 1}'}, {"autoencode": "null"}]
        header["__metadata__"] = random.choice(seals)
        return f"seal {str(header['__metadata__'])[:60]}"
    name = random.choice(names)
    entry = header[name]
    key = random.choice(["dtype", "shape", "data_offsets"])
    values: dict[str, list[Any]] = {
        "dtype": list(_DTYPE_NAMES),
        "shape": [[], [0], [2**62], [2**32, 2**32], [-1], [1] * 100, "x", [*entry["shape"], 1], entry["shape"][::-1]],
        "data_offsets": [[0, 0], [0, 2**63], [2**63, 0], [5, 2], [-1, 4], [0], "x", [0, 4]],
    }
    entry[key] = random.choice(values[key])
    return f"{name}.{key} = {str(entry[key])[:40]}"
