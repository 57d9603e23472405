"""What a compressed file holds, for which its model is not needed."""

import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autoencode.compression.blocks import EXAMPLES
from autoencode.compression.container import FILE, MODEL, STORED, Block, DamagedError, Json, Reader, open_compressed
from autoencode.compression.originals import is_pixels_only
from autoencode.compression.other_formats import Comparison
from autoencode.compression.tiles import PICTURES, TILE, files_of

_MOST_CHARACTERS, _LONGEST_PART = 4_096, 255
"""Of a name, and bytes between two slashes of it."""


@dataclass(frozen=True)
class ArchivedFile:
    """A file in a compressed file.

    Args:
        number: its place.
        name: relative, with `/` between folders.
        size: in bytes.
        count: examples or tiles in it, or None for a file that is stored as it is.
        pixels_only: whether it comes back with the same pixels and perhaps other bytes.
    """

    number: int
    name: str
    size: int
    count: int | None = None
    pixels_only: bool = False


@dataclass(frozen=True)
class Contents:
    """What a compressed file holds.

    Args:
        run: the name of the run whose model it needs, or None for a ready-made model.
        profile: of the ready-made model, or None.
        model: the model's digest.
        has_model: whether the model is in the file.
        files: in order.
        payload: bytes that the examples or pictures take.
        size: bytes of the whole file.
        complete: False where compressing was stopped half way.
        model_size: bytes that the model takes in it.
        comparison: with other formats, where it was measured.
    """

    run: str | None
    profile: str | None
    model: str
    has_model: bool
    files: tuple[ArchivedFile, ...]
    payload: int
    size: int
    complete: bool
    model_size: int = 0
    comparison: Comparison | None = None


def read_contents(path: str | Path) -> Contents:
    """What is in a compressed file, for which its model is not needed.

    Raises:
        DataError: no compressed file, or a damaged one.
    """
    with open_compressed(path) as file:
        reader = Reader(file)
        index, files, payload, model_size = reader.index(), dict[int, ArchivedFile](), 0, 0
        for block in indexed_blocks(reader, index):
            model_size += block.size if block.meta.get("kind") == MODEL else 0
            payload += block.size if block.meta.get("kind") in (EXAMPLES, TILE, PICTURES) else 0
            for meta in _described(block):
                found = archived_file(meta)
                files.setdefault(found.number, found)
        run, profile = (_text(reader.header.get(name)) for name in ("run", "profile"))
        model = str(reader.header.get("model"))
        complete = index.get("complete") is True
        size = Path(path).stat().st_size
        return Contents(
            run,
            profile,
            model,
            model_size > 0,
            tuple(files[number] for number in sorted(files)),
            payload,
            size,
            complete,
            model_size,
            Comparison.from_json(index["comparison"]) if "comparison" in index else None,
        )


def _described(block: Block) -> list[Json]:
    """The descriptions of the files that begin with a block."""
    if block.meta.get("kind") == PICTURES:
        return files_of(block)
    return [block.meta] if block.meta.get("kind") in (FILE, STORED) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def indexed_blocks(reader: Reader, index: Json) -> Iterator[Block]:
    """The blocks of an index, in order.

    Raises:
        DamagedError: one of them is damaged.
    """
    for offset in index["offsets"]:
        yield reader.block(offset)


def archived_file(meta: Json) -> ArchivedFile:
    """The file that a block describes.

    Raises:
        DamagedError: its description makes no sense.
    """
    match meta:
        case {"file": int(number), "name": str(name), "size": int(size)} if number >= 0 and size >= 0:
            count = meta.get("count")
            form = meta.get("form", {})
            whole = (count is None or type(count) is int) and isinstance(form, dict)
            if whole:
                return ArchivedFile(number, safe_name(name), size, count, is_pixels_only(form))
        case _:
            pass
    raise DamagedError("the description of a file in it is damaged")


def safe_name(name: str) -> str:
    """A name that stays inside of the folder that it is written to.

    Raises:
        DamagedError: it does not.
    """
    if reason := why_no_name(name):
        raise DamagedError(f"it names a file {name[:80]!r}, {reason}: it is damaged, or hostile")
    return name


def why_no_name(name: str) -> str:
    """Why a file in it cannot have a name, or nothing.

    Example:
        >>> why_no_name("photos/12:30.png"), why_no_name("../a.png")
        ('', 'which would leave the folder')
    """
    parts, drives = PurePosixPath(name).parts, set("\\:") if os.name == "nt" else set[str]()
    if not parts or name.startswith("/") or any(part in ("..", ".") or drives & set(part) for part in parts):
        return "which would leave the folder"
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        return "with control characters or bytes that are no text"
    if len(name) > _MOST_CHARACTERS or any(len(os.fsencode(part)) > _LONGEST_PART for part in parts):
        return "longer than names of files may be"
    return ""
