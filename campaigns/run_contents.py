"""What is in a run folder: whether each file is whole, and whether two folders hold the same bits."""

import json
from collections.abc import Iterator
from pathlib import Path

_WEIGHTS = ("model.safetensors", "last.safetensors", "checkpoint/state.safetensors", "prior.safetensors")


def differing_tensors(reference: Path, folder: Path) -> list[str]:
    """The files of weights that are missing, or hold other bits than in the other folder."""
    return [name for name in _WEIGHTS if (reference / name).is_file() and not _same(reference / name, folder / name)]


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and _bits(one) == _bits(other)


def _bits(file: Path) -> dict[str, tuple[str, bytes]]:
    from safetensors import safe_open

    with safe_open(file, framework="pt") as opened:
        tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118  # not a dict
    return {name: (f"{value.dtype} {tuple(value.shape)}", value.numpy().tobytes()) for name, value in tensors.items()}


def leftovers(folder: Path) -> list[str]:
    """Parts of files that were being written."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.name.endswith((".part", ".tmp")))


def half_written(folder: Path) -> Iterator[str]:
    """The files that have their final name and are not whole."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".part")):
        try:
            _check(path)
        except Exception as error:  # whatever says that it is not whole
            yield f"{path.relative_to(folder)}: {type(error).__name__}: {error}"


def _check(path: Path) -> None:
    if path.name == "split.safetensors":  # it has no seal
        _bits(path)
    elif path.suffix == ".safetensors":
        from autoencode.runs.tensor_file import load_tensors

        load_tensors(path)
    elif path.suffix == ".json":
        json.loads(path.read_text())
    elif path.suffix == ".jsonl":
        [json.loads(line) for line in path.read_text().splitlines()]
    elif path.suffix == ".html":
        if "</html>" not in path.read_text()[-200:]:
            raise ValueError("cut off")
    elif path.suffix in (".png", ".gif"):
        from PIL import Image

        with Image.open(path) as image:
            image.load()
