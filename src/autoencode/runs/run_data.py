"""The data of a run, read again."""

import os
import re
from pathlib import Path
from typing import Any

import torch

from autoencode.data import Dataset, load
from autoencode.data.loading import Source
from autoencode.data.resolve import is_registered
from autoencode.data.shards.find_shards import SEPARATOR, shard_files
from autoencode.errors import DataError, RunError
from autoencode.runs.folder import RunFolder
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, resolve_reporter

_SHOWN = 3
_PLACES = {"target": "targets", "labels": "labels", "attributes": "attributes"}
"""The options of `load` that name a place, too, and what lies there."""


def read_run_data(
    folder: RunFolder,
    source: Source | Dataset | None = None,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Dataset:
    """The data that a run was trained on, cut into the same parts.

    Args:
        folder: of the run.
        source: where the data lie now, or the data themselves; None where they lay when the run was trained.
        reporter: receives the progress of reading.
        cancel: ends the reading early.

    Raises:
        CancelledError: `cancel` asked for it.
        DataError: there is nothing, or it cannot be read.
        RunError: other data, data that were an array in memory, or a place that only a stranger named.
    """
    if isinstance(source, Dataset):
        data = source
    else:
        where = _known_source(folder) if source is None else source
        options = folder.data.options if source is None else _moved_options(folder, where)
        data = load(where, reporter=reporter, cancel=cancel, **options)
        if added := _added_files(folder, data):
            resolve_reporter(reporter).warn(_added_note(folder, added))
            data = load(where, only=folder.files(), reporter=reporter, cancel=cancel, **options)
    check_same_data(folder, data)
    moved = data.source != folder.data.source or not folder.record.has_own_data
    if data.source and not is_registered(data.source) and moved:
        folder.update_data(data)
    return data


def _added_files(folder: RunFolder, data: Dataset) -> list[str]:
    """Pictures that were added to the folder since the training, where none of the others is missing."""
    if data.fingerprint == folder.data.fingerprint or data.files is None or (known := folder.files()) is None:
        return []
    now = dict.fromkeys(data.files)
    return [name for name in now if name not in known] if known <= now.keys() else []


def _added_note(folder: RunFolder, added: list[str]) -> str:
    listed = ", ".join(added[:_SHOWN]) + (", …" if added[_SHOWN:] else "")
    count = "1 picture was" if len(added) == 1 else f"{len(added):,} pictures were"
    return f"{count} added since {folder.path} was trained, and left out: {listed}"


def _known_source(folder: RunFolder) -> str:
    """The place of the data, which run.json names."""
    source = folder.data.source
    if not source:
        raise RunError(
            f"{folder.path} was trained on an array in memory: give the same one again with Run({str(folder.path)!r}, "
            "data=array)"
        )
    if is_registered(source):
        return source
    now = f"--data PLACE, or to train on with autoencode train PLACE --resume {folder.path}"
    if not _may_open(folder, source):
        raise RunError(
            f"{folder.path} names the data {source}, and was made by someone else or on another computer: say where "
            f"you have them with {now}, or allow what it names with --trust-paths"
        )
    _check_places(folder)
    if not all(file.exists() for file in shard_files(source)):
        raise DataError(
            f"{source} is not there any more, and {folder.path} was trained on it: say where it is now with {now}"
        )
    return source


def _moved_options(folder: RunFolder, source: Source) -> dict[str, Any]:
    """The options of `load` for data that lie elsewhere; targets and labels that moved as well lie beside them."""
    options = dict(folder.data.options)
    if not isinstance(source, str | Path):
        return options
    _check_places(folder)
    before, now = Path(folder.data.source), Path(source).expanduser().absolute()
    for name, place in _places(folder).items():
        if not Path(place).exists():
            options[name] = str(now.parent / os.path.relpath(place, before.parent))
    return options


def _places(folder: RunFolder) -> dict[str, str]:
    """What run.json names besides the data: labels may also be a column, or an array of the data."""
    named = {name: str(folder.data.options.get(name) or "") for name in _PLACES}
    return {name: place for name, place in named.items() if place and _is_place(place)}


def _is_place(text: str) -> bool:
    """Whether a text may be opened as a file or a folder, and is not only the name of a column or an array."""
    return text.startswith("~") or os.sep in text or "/" in text or Path(text).exists()


def _check_places(folder: RunFolder) -> None:
    for name, place in _places(folder).items():
        if not _may_open(folder, place):
            raise RunError(
                f"{folder.path} names the {_PLACES[name]} {place}, and was made by someone else or on another "
                "computer: allow them to be read with --trust-paths"
            )


def _may_open(folder: RunFolder, place: str) -> bool:
    """Whether a place that run.json names may be opened.

    It may where this user's autoencode wrote its name, where a person said so, and where it lies in the run folder.
    """
    if folder.trust_paths or folder.record.has_own_data:
        return True
    inside = folder.path.resolve()
    if place.startswith("~") or not all(_begins_in(pattern, inside) for pattern in place.split(SEPARATOR)):
        return False
    return all(file.resolve().is_relative_to(inside) for file in [Path(place), *shard_files(place)])


def _begins_in(pattern: str, inside: Path) -> bool:
    """Whether what stands before the first sign of a pattern lies in a folder, so that nothing else is searched."""
    begin = re.split(r"[*?\[{]", pattern, maxsplit=1)[0]
    return (Path(begin) if begin == pattern else Path(begin).parent).resolve().is_relative_to(inside)


def check_same_data(folder: RunFolder, data: Dataset) -> None:
    """Raises unless `data` are those that the run was trained on.

    Raises:
        RunError: other data, or another split.
    """
    if data.fingerprint != folder.data.fingerprint:
        raise RunError(
            f"{data.source or data.name} is not the data that {folder.path} was trained on (files were added, removed "
            "or changed, or they are read in another way): put the old data back, or train a new run"
        )
    if data.vocabulary != folder.data.known_tokens:
        raise RunError(
            f"{data.source or data.name} gives other {data.vocabulary.noun if data.vocabulary else 'tokens'} than "
            f"{folder.path} knows, as another version of the library that learns them may do: train a new run"
        )
    kept = folder.split()
    if not all(torch.equal(getattr(kept, part), getattr(data.split, part)) for part in data.subsets):
        raise RunError(f"{data.source or data.name} is not split as in {folder.split_file}: train a new run")
