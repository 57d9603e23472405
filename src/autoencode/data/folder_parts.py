"""The parts that a folder brings by its subfolders: what is kept in which order, and what lies outside of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autoencode.data.examples import SkippedFile
from autoencode.data.images.scan import printable
from autoencode.data.split import PART_NAMES, OfficialSplit, folder_parts


@dataclass(frozen=True)
class FolderParts:
    """Files in the order of their parts, held-out ones last.

    Args:
        order: the places of the files that are used.
        parts: the part of each file, used or not; None where the folder brings no parts.
        outside: files that lie in no part.
    """

    order: tuple[int, ...]
    parts: Sequence[str | None] | None = None
    outside: tuple[SkippedFile, ...] = ()

    @classmethod
    def of(cls, names: Sequence[Path], wanted: str) -> "FolderParts":
        """The parts of files.

        Args:
            names: their paths inside the folder.
            wanted: "auto", or another word where a person wants no parts of the folder.

        Example:
            >>> FolderParts.of([Path("test/a.txt"), Path("train/b.txt"), Path("c.txt")], "auto").order
            (1, 0)
        """
        parts = folder_parts(names) if wanted == "auto" else None
        if parts is None:
            return cls(tuple(range(len(names))))
        order = [place for part in PART_NAMES for place, own in enumerate(parts) if own == part]
        outside = [
            SkippedFile(printable(name), "beside the subfolders of the parts; say --parts random to use it")
            for name, part in zip(names, parts, strict=True)
            if part is None
        ]
        return cls(tuple(order), parts, tuple(outside))

    def part_of(self, place: int) -> str | None:
        """The part of a file; None where the folder brings none."""
        return None if self.parts is None else self.parts[place]


def official_split(parts: Iterable[str | None]) -> OfficialSplit:
    """How much is held out, of examples or groups in the order of their parts.

    Args:
        parts: of each.
    """
    counts = Counter(parts)
    return OfficialSplit(counts["validation"], counts["test"])


def parts_note(parts: Iterable[str | None], noun: str) -> tuple[str, ...]:
    """A line on the parts; nothing where there are none.

    Args:
        parts: of each file or example.
        noun: what is counted.
    """
    counts = Counter(part for part in parts if part is not None)
    if not counts:
        return ()
    listed = ", ".join(f"{part} {counts[part]:,}" for part in PART_NAMES if counts[part])
    return (f"parts from subfolders: {listed} {noun} (--parts random divides all anew)",)
