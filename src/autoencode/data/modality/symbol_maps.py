"""Maps of symbols."""

import colorsys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, final

import torch
from jaxtyping import Shaped
from torch import Tensor

from autoencode.data.modality.contract import Modality
from autoencode.data.row_files import RowFile
from autoencode.data.text.symbol_maps import Connected, MapFile, map_lines
from autoencode.errors import ArgumentError


@final
@dataclass(frozen=True)
class SymbolMaps(Modality):
    """Maps of symbols, a plane for each symbol.

    Args:
        data_shape: (symbols, height, width).
        display_range: as for every modality.
        symbols: in the order of the planes.
    """

    symbols: str = ""

    noun = unit = "maps"
    recipe_kind = "maps"
    network = "conv"
    n_compared = 20
    drawable = spatial = bounded = True
    rows_suffix = ".txt"
    rows_noun = "symbols"

    @classmethod
    def match(
        cls, data_shape: tuple[int, ...], options: Mapping[str, Any], display_range: tuple[float, float]
    ) -> "Modality | None":
        """Examples with three axes that were loaded with the option `symbols`."""
        symbols = options.get("symbols")
        return cls(data_shape, display_range, str(symbols)) if symbols and len(data_shape) == 3 else None

    @property
    def likelihood(self) -> str:
        """One symbol for each cell."""
        return f"symbols:{len(self.symbols)}"

    def shown(self, x: Shaped[Tensor, "... symbols height width"]) -> Shaped[Tensor, "... 3 height width"]:
        """A colour for the most probable symbol of each cell."""
        hues = torch.arange(len(self.symbols)) * 0.618034 % 1
        value = torch.linspace(0.25, 1, len(self.symbols))
        colours = [_colour(float(hue), float(v)) for hue, v in zip(hues, value, strict=True)]
        return x.new_tensor(colours)[x.argmax(-3)].movedim(-1, -3)

    @property
    def map_symbols(self) -> str:
        """The symbols."""
        return self.symbols

    def connected(self, x: Shaped[Tensor, "n symbols height width"], rule: Connected) -> Shaped[Tensor, " n"]:
        """By the most probable symbol of each cell."""
        if others := sorted(set(rule.ends + rule.ways) - set(self.symbols)):
            raise ArgumentError(f"--connected names {others[0]!r}, and the symbols of these maps are {self.symbols}")
        return torch.tensor([rule.holds(one) for one in map_lines(x, self.symbols)])

    def row_file(self, file: BinaryIO) -> RowFile:
        """Blocks of lines."""
        return MapFile(file, self.symbols)

    @property
    def description(self) -> str:
        """Kind and size in a few words, such as "maps of 16x11 cells of 10 symbols"."""
        return f"maps of {self.data_shape[1]}x{self.data_shape[2]} cells of {len(self.symbols)} symbols"


def _colour(hue: float, value: float) -> tuple[float, float, float]:
    return colorsys.hsv_to_rgb(hue, 0.6, value)
