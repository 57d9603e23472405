"""Chords that lie in a .json file: lists of the keys that sound at each step."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from autoencode.data.arrays.npy import wrap_read_errors
from autoencode.data.examples import Examples
from autoencode.data.formats import file_format
from autoencode.data.memory import check_fits
from autoencode.data.music.grid import step_name
from autoencode.data.music.notes import KEYS, LOWEST
from autoencode.data.options import GRIDS, OF_LABELLED, ReadOptions
from autoencode.data.split import OfficialSplit, part_of_name
from autoencode.data.values import ValueRange
from autoencode.distributions.chord_sequences import PAST_END
from autoencode.errors import ArgumentError, DataError
from autoencode.storage import open_regular

CHORD_SUFFIX = ".json"
_MOST_BYTES = 2**28
_EXPECTED = (
    "lists of pieces by the name of their part (train, valid, test), a piece as a list of steps, and a step as a list "
    "of the keys that sound, from 21 to 108"
)


@file_format(CHORD_SUFFIX)
def read_chord_file(path: Path, options: ReadOptions) -> Examples:
    """Music as lists of the keys that sound at each step, in parts: the form of the JSB chorales."""
    others = [name for name in OF_LABELLED if name != "parts"]
    options.refuse(path.name, "axes", "channels", "array", "bars", *others)
    if options.voices == "tune":
        raise ArgumentError(f"{path.name} holds chords, without voices of their own: leave --voices tune out")
    parts = _parts(path)
    pieces = [piece for part in ("train", "validation", "test") for piece in parts.get(part, [])]
    grid = _grid_of(path) if options.grid == "auto" else options.grid
    check_fits(len(pieces) * max(map(len, pieces)) * 2 * KEYS, str(path))
    counts = {name: len(part) for name, part in parts.items()}
    official = options.parts != "random" and counts.get("train")
    said = "" if options.grid != "auto" else " (by the name of the file; say --grid for another one)"
    return Examples(
        x=torch.from_numpy(_rows(pieces, path)),
        values=ValueRange.RAW,
        official=OfficialSplit(counts.get("validation", 0), counts.get("test", 0)) if official else OfficialSplit(),
        notes=(f"{len(pieces):,} pieces read as chords of {KEYS} keys, in steps of {step_name(grid)}{said}",),
        options={"voices": "chords", "grid": grid, "bars": None, "parts": options.parts},
        owned=True,
    )


def _grid_of(path: Path) -> str:
    return next((grid for grid in GRIDS if grid in path.name), "16th")


def _parts(path: Path) -> dict[str, list[Any]]:
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        content = file.read(_MOST_BYTES + 1)
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} is no JSON: expected {_EXPECTED}") from error
    parts = {"train": found} if isinstance(found, list) else found
    if not isinstance(parts, dict) or not all(part_of_name(str(name)) and _is_part(parts[name]) for name in parts):
        raise DataError(f"{path} has other entries than parts: expected {_EXPECTED}")
    if len({part_of_name(str(name)) for name in parts}) < len(parts):
        raise DataError(f"{path} has two names of one part ({', '.join(map(str, parts))}): keep one of them")
    named = {str(part_of_name(name)): [piece for piece in part if piece] for name, part in parts.items()}
    if not any(named.values()):
        raise DataError(f"{path} holds no pieces: expected {_EXPECTED}")
    return named


def _is_part(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(piece, list) for piece in value)


def _rows(pieces: list[Any], path: Path) -> "np.ndarray[Any, np.dtype[np.int8]]":
    rows = np.full((len(pieces), max(map(len, pieces)), KEYS), PAST_END, dtype=np.int8)
    try:
        for row, piece in zip(rows, pieces, strict=True):
            row[: len(piece)] = 0
            for step, keys in zip(row, piece, strict=False):
                places = np.asarray(keys, dtype=np.int64) - LOWEST
                if len(places) and not (places.min() >= 0 and places.max() < KEYS):
                    raise DataError(f"{path} has keys beyond those of a piano: expected {_EXPECTED}")
                step[places] = 1
    except (TypeError, ValueError, OverflowError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path} holds other things than keys: expected {_EXPECTED}") from error
    return rows
