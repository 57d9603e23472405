"""Tensors in a file that knows whether it is whole."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from autoencode.errors import RunError
from autoencode.storage import atomic_write


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


def load_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Reads what `save_tensors` wrote.

    Raises:
        RunError: the file is missing, truncated, of another kind, or was changed after it was written.
    """
    if not path.is_file():
        raise RunError(f"{path} is missing: the run has saved no weights yet, or the folder was copied in part")
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads((file.metadata() or {}).get(_SEAL, "{}"))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # not a dict
    except (SafetensorError, OSError, ValueError) as error:
        raise RunError(f"{path} is truncated or no safetensors file ({error}): {_ADVICE}") from error
    text = header.get("facts", "{}")
    if header.get("sha256") != _digest(tensors, text):
        raise RunError(f"{path} was changed after it was written (its checksum differs): {_ADVICE}")
    return tensors, json.loads(text)


_SEAL = "autoencode"
_ADVICE = "copy the run folder again, or train anew"


def _digest(tensors: Mapping[str, Tensor], text: str) -> str:
    total = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        value = tensors[name]
        total.update(f"{name} {value.dtype} {tuple(value.shape)}".encode())
        total.update(value.contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return total.hexdigest()


def load_into(model: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Gives a model the weights of a file.

    Raises:
        RunError: they are another model's, or not all finite.
    """
    own = model.state_dict()
    if own.keys() != tensors.keys():
        odd = sorted(own.keys() ^ tensors.keys())[0]
        raise RunError(f"{path} holds the weights of another model: '{odd}' is in one and not in the other")
    for name, value in tensors.items():
        if value.shape != own[name].shape:
            raise RunError(
                f"{path} holds the weights of another model: '{name}' is {tuple(value.shape)}, "
                f"not {tuple(own[name].shape)}"
            )
        if not value.isfinite().all():
            raise RunError(f"{path} holds NaN or infinity in '{name}': {_ADVICE}")
    model.load_state_dict(dict(tensors))
