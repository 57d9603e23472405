"""Tensors in a file that says whether it is whole."""

import hashlib
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal

import torch
from pydantic import Field
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from autoencode.errors import RunError
from autoencode.runs.checked import Checked, Count, check
from autoencode.runs.json_text import parse_json
from autoencode.runs.plain_file import open_plain
from autoencode.storage import atomic_write

_SEAL = "autoencode"
_ADVICE = "copy the run folder again, or train anew"
_MAX_BYTES, _MAX_HEADER, _MAX_TENSORS, _MAX_NAME = 2**37, 2**24, 100_000, 300
_BYTES = {"BOOL": 1, "U8": 1, "I8": 1, "I16": 2, "F16": 2, "BF16": 2, "I32": 4, "F32": 4, "I64": 8, "F64": 8}
"""The types that are read, and bytes for each number."""


class _Entry(Checked):
    """What a header says of a tensor."""

    dtype: Literal["BOOL", "U8", "I8", "I16", "F16", "BF16", "I32", "F32", "I64", "F64"]
    shape: Annotated[tuple[Count, ...], Field(max_length=8)]
    data_offsets: tuple[Count, Count]


@dataclass(frozen=True)
class TensorHeader:
    """What a file says of its tensors before any of them is read.

    Args:
        shapes: of each tensor, by name.
        n_bytes: of all tensors together.
        facts: what was saved with them, as JSON text.
        digest: the checksum of tensors and facts.
    """

    shapes: dict[str, tuple[int, ...]]
    n_bytes: int
    facts: str
    digest: str

    def read_facts(self, path: Path) -> dict[str, Any]:
        """What was saved with the tensors.

        Raises:
            RunError: no JSON object.
        """
        facts = parse_json(self.facts, str(path), infinity=True)
        if not isinstance(facts, dict):
            raise RunError(f"{path} holds no JSON object beside its tensors: {_ADVICE}")
        return facts


def save_tensors(path: Path, tensors: Mapping[str, Tensor], facts: Mapping[str, Any] | None = None) -> None:
    """Writes named tensors and JSON facts as one safetensors file, whole or not at all, with a checksum of it all.

    Raises:
        StorageError: the file cannot be written.
    """
    # Clones: safetensors refuses tensors that share memory, and wants them contiguous.
    plain = {name: value.detach().cpu().clone(memory_format=torch.contiguous_format) for name, value in tensors.items()}
    text = json.dumps(facts or {}, sort_keys=True)
    # One entry, as safetensors writes several in an order of its own and the file should depend on its content alone.
    header = json.dumps({"facts": text, "sha256": _digest(plain, text)})
    atomic_write(path, save(plain, {_SEAL: header}))


def read_header(path: Path) -> TensorHeader:
    """Reads what a file says of its tensors, and checks that they fill it.

    Raises:
        RunError: the file is missing, truncated or of another kind, or it names types or sizes that are not read.
    """
    if not os.path.lexists(path):
        raise RunError(f"{path} is missing: the run has saved no weights yet, or the folder was copied in part")
    with open_plain(path, _MAX_BYTES) as file:
        entries, rest = _header_json(file, path)
        seal = parse_json(_text(entries.pop("__metadata__", {}), _SEAL), str(path))
    if len(entries) > _MAX_TENSORS or any(len(name) > _MAX_NAME for name in entries):
        raise RunError(
            f"{path} holds more than {_MAX_TENSORS:,} tensors, or names of over {_MAX_NAME} characters: {_ADVICE}"
        )
    checked = {name: check(_Entry, entry, f"{path}: {name}", _ADVICE) for name, entry in entries.items()}
    _check_filled(checked, rest, path)
    shapes = {name: entry.shape for name, entry in checked.items()}
    return TensorHeader(shapes, rest, _text(seal, "facts"), _text(seal, "sha256"))


def is_tensor_file(path: Path) -> bool:
    """Whether `read_header` would read the file."""
    try:
        read_header(path)
    except RunError:
        return False
    return True


def load_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Reads what `save_tensors` wrote.

    Raises:
        RunError: the file is missing, truncated, of another kind, or was changed after it was written.
    """
    header = read_header(path)
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in header.shapes}
    except (SafetensorError, OSError, ValueError) as error:
        raise RunError(f"{path} is truncated or no safetensors file ({error}): {_ADVICE}") from error
    if header.digest != _digest(tensors, header.facts):
        raise RunError(f"{path} was changed after it was written (its checksum differs): {_ADVICE}")
    return tensors, header.read_facts(path)


def load_into(model: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Gives a model the weights of a file.

    Raises:
        RunError: they are another model's, or not all finite.
    """
    check_shapes(model, {name: tuple(value.shape) for name, value in tensors.items()}, path)
    for name, value in tensors.items():
        if not value.isfinite().all():
            raise RunError(f"{path} holds NaN or infinity in '{name}': {_ADVICE}")
    model.load_state_dict(dict(tensors))


def check_shapes(model: nn.Module, shapes: Mapping[str, tuple[int, ...]], path: Path) -> None:
    """Raises unless tensors of these shapes are the weights of a model.

    Raises:
        RunError: they are another model's.
    """
    own = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    if own.keys() != shapes.keys():
        odd = sorted(own.keys() ^ shapes.keys())[0]
        raise RunError(f"{path} holds the weights of another model: '{odd}' is in one and not in the other")
    for name, shape in shapes.items():
        if shape != own[name]:
            raise RunError(f"{path} holds the weights of another model: '{name}' is {shape}, not {own[name]}")


def _header_json(file: BinaryIO, path: Path) -> tuple[dict[str, Any], int]:
    """The header, and how many bytes follow it."""
    size = os.fstat(file.fileno()).st_size
    length = int.from_bytes(file.read(8), "little")
    if size < 8 or length > min(size - 8, _MAX_HEADER):
        raise RunError(f"{path} is truncated or no safetensors file: {_ADVICE}")
    try:
        header = parse_json(file.read(length), str(path))
    except RunError as error:
        raise RunError(f"{path} is truncated or no safetensors file ({error}): {_ADVICE}") from error
    if not isinstance(header, dict):
        raise RunError(f"{path} is truncated or no safetensors file: {_ADVICE}")
    return header, size - 8 - length


def _check_filled(entries: Mapping[str, _Entry], n_bytes: int, path: Path) -> None:
    """Raises unless the tensors lie one after the other and nothing else does."""
    end = 0
    for name, entry in sorted(entries.items(), key=lambda item: item[1].data_offsets):
        start, stop = entry.data_offsets
        if start != end or stop - start != math.prod(entry.shape) * _BYTES[entry.dtype]:
            raise RunError(f"{path} is damaged: '{name}' does not lie where its shape says: {_ADVICE}")
        end = stop
    if end != n_bytes:
        raise RunError(f"{path} is truncated or no safetensors file ({n_bytes:,} bytes in place of {end:,}): {_ADVICE}")


def _text(values: Any, name: str) -> str:
    """An entry that is text; "{}" where it is not there or is something else."""
    found = values.get(name) if isinstance(values, dict) else None
    return found if isinstance(found, str) else "{}"


def _digest(tensors: Mapping[str, Tensor], text: str) -> str:
    total = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        value = tensors[name]
        total.update(f"{name} {value.dtype} {tuple(value.shape)}".encode())
        total.update(value.contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return total.hexdigest()
