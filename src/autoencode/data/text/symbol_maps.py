"""Maps of symbols, such as game rooms: each symbol of a text is a cell, and maps stand one below the other."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast, final

import numpy as np
import torch
from jaxtyping import Shaped, UInt8
from torch import Tensor

from autoencode.data.examples import Examples
from autoencode.data.options import ReadOptions
from autoencode.data.row_files import RowFile
from autoencode.data.values import ValueRange
from autoencode.errors import ArgumentError, DataError

MOST_SYMBOLS = 32
_LEAST_SIDE, _LEAST_MAPS = 3, 2
SymbolMap = tuple[str, ...]


def find_maps(text: str) -> list[SymbolMap]:
    """The maps of a text: blocks of lines of one length, of one size, with empty lines between them.

    Args:
        text: of a file.

    Returns:
        Two maps or more; none where the text is anything else.

    Example:
        >>> find_maps("WWW\\nW.D\\nWWW\\n\\nWDW\\nW.W\\nWWW\\n")
        [('WWW', 'W.D', 'WWW'), ('WDW', 'W.W', 'WWW')]
        >>> find_maps("a line\\nand another\\n")
        []
    """
    lines = text.splitlines()
    lengths = Counter(len(line) for line in lines if line.strip())
    width = lengths.most_common(1)[0][0] if lengths else 0
    return _maps_of(lines, width) or _maps_of(lines, 0)  # spaces may be a row, or the empty line between two maps


def _maps_of(lines: Sequence[str], width: int) -> list[SymbolMap]:
    """The maps of lines; of those of spaces alone, each of this width is a row, and each other one ends a map."""
    blocks = list[list[str]]([[]])
    for line in lines:
        if line.strip() or (line and len(line) == width):
            blocks[-1].append(line)
        else:
            blocks += [[]] if blocks[-1] else []
    maps = [tuple(block) for block in blocks if block]
    sizes = {(len(block), len(line)) for block in maps for line in block}
    if len(maps) < _LEAST_MAPS or len(sizes) != 1 or min(next(iter(sizes))) < _LEAST_SIDE:
        return []
    return maps


def map_examples(maps: Sequence[SymbolMap], options: ReadOptions, name: str) -> Examples:
    """Maps as examples: a plane for each symbol, 255 where a cell has it. A map that repeats another one is left out.

    Args:
        maps: of one size.
        options: how they are to be read; `symbols` says which symbols there are, in the order of the planes.
        name: of the file, for messages.

    Raises:
        DataError: more symbols than 32, or others than `symbols` has.
    """
    different = list(dict.fromkeys(maps))
    there = [symbol for symbol, _ in Counter("".join("".join(one) for one in maps)).most_common()]
    symbols = "".join(there) if options.symbols == "auto" else options.symbols
    if len(there) > MOST_SYMBOLS:
        raise DataError(f"{name} has maps of {len(there)} symbols, and {MOST_SYMBOLS} can be learned: use fewer")
    if others := sorted(set(there) - set(symbols)):
        raise DataError(f"{name} has the symbol {others[0]!r}, and the model knows {symbols}: change it in the map")
    height, width = len(maps[0]), len(maps[0][0])
    notes = [f"{len(different):,} maps of {height}x{width} cells (height x width), of the symbols {symbols}"]
    if len(maps) > len(different):
        notes.append(f"{len(maps) - len(different):,} maps repeat another one and are left out")
    return Examples(
        x=torch.from_numpy(_planes(different, symbols)),
        values=ValueRange.BYTES,
        notes=tuple(notes),
        options={"symbols": symbols},
        owned=True,
    )


def _planes(maps: Sequence[SymbolMap], symbols: str) -> UInt8[np.ndarray, "n symbols height width"]:
    cells = np.array([[list(line) for line in one] for one in maps])
    return np.stack([(cells == symbol) for symbol in symbols], 1).astype(np.uint8) * np.uint8(255)


def map_lines(x: Shaped[Tensor, "n symbols height width"], symbols: str) -> list[SymbolMap]:
    """Maps with the most probable symbol of each cell.

    Args:
        x: the probability of each symbol.
        symbols: of the planes, in order.
    """
    return [tuple("".join(symbols[i] for i in row) for row in one) for one in x.argmax(1).tolist()]


@dataclass(frozen=True)
class Connected:
    """Whether all cells with some symbols can be reached from each other, from a cell to one beside it.

    Args:
        ends: the symbols of those cells; a map without one is not connected.
        ways: the symbols of all cells that can be walked over; `ends` are among them.

    Example:
        >>> rule = Connected.parse("D:F")
        >>> rule.holds(("WDW", "WFW", "WDW")), rule.holds(("WDW", "WWW", "WDW"))
        (True, False)
    """

    ends: str
    ways: str

    @classmethod
    def parse(cls, text: str) -> "Connected":
        """From text such as "D:FSM": doors, over floor, stairs and monsters.

        Raises:
            ArgumentError: anything else.
        """
        ends, colon, ways = text.partition(":")
        if not (ends and colon and ways):
            raise ArgumentError(f"--connected takes symbols to reach and symbols to walk over, as D:FSM, not {text!r}")
        return cls(ends, ways)

    def holds(self, one: SymbolMap) -> bool:
        """Whether a map is so."""
        from scipy import ndimage

        cells = np.array([list(line) for line in one])
        areas, _ = cast("tuple[np.ndarray, int]", ndimage.label(np.isin(cells, list(self.ends + self.ways))))
        return len(set(areas[np.isin(cells, list(self.ends))].tolist())) == 1


@final
class MapFile(RowFile):
    """A block of lines for each map, with an empty line between two.

    Args:
        file: empty, open for writing.
        symbols: of the planes, in order.
    """

    def __init__(self, file: BinaryIO, symbols: str) -> None:
        super().__init__(file)
        self._symbols, self._between = symbols, ""

    def add(self, x: Shaped[Tensor, "n symbols height width"]) -> None:
        """Adds maps."""
        for one in map_lines(x, self._symbols):
            self.file.write((self._between + "".join(f"{line}\n" for line in one)).encode())
            self._between = "\n"

    def finish(self) -> None:
        """Nothing is left to write."""
