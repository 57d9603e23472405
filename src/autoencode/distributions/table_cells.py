"""The cells of a row of a table: numbers, some of which may be missing, and categories."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.distributions import Distribution, Normal, constraints

from autoencode.errors import ArgumentError

_CELL = re.compile(r"1\?|[1-9]\d{0,3}")


@dataclass(frozen=True)
class CellLayout:
    """Which numbers of a row belong to which cell.

    Args:
        cells: "1" for a number; "1?" for a number that may be missing, followed by a second that is 1 where it is known
            and 0 where it is not; "5" for a category of five values, an indicator for each, all 0 where it is missing.

    Raises:
        ArgumentError: another text.

    Example:
        >>> layout = CellLayout.parse("1,1?,3")
        >>> layout.width, layout.numbers, layout.known, layout.categories
        (6, [0, 1], {1: 2}, [(3, 6)])
    """

    cells: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "CellLayout":
        """The layout that a text with commas names."""
        return cls(tuple(text.split(",")))

    def __post_init__(self) -> None:
        for cell in self.cells:
            if not _CELL.fullmatch(cell):
                raise ArgumentError(f"cells of a row are 1, 1? or a number of categories, such as 1,1?,3, not {cell!r}")

    @cached_property
    def _starts(self) -> list[tuple[str, int]]:
        found, start = list[tuple[str, int]](), 0
        for cell in self.cells:
            found.append((cell, start))
            start += 2 if cell == "1?" else int(cell)
        return found

    @property
    def width(self) -> int:
        """How many numbers a row has."""
        return sum(2 if cell == "1?" else int(cell) for cell in self.cells)

    @property
    def numbers(self) -> list[int]:
        """The places of the cells that are numbers."""
        return [start for cell, start in self._starts if cell in ("1", "1?")]

    @property
    def known(self) -> dict[int, int]:
        """By the places of those numbers that may be missing: where it stands that they are known."""
        return {start: start + 1 for cell, start in self._starts if cell == "1?"}

    @property
    def categories(self) -> list[tuple[int, int]]:
        """First and last place, exclusive, of the indicators of each category."""
        return [(start, start + int(cell)) for cell, start in self._starts if cell not in ("1", "1?")]

    def counted(self, x: Float[Tensor, "... width"]) -> Bool[Tensor, "... width"]:
        """Which numbers of rows are of cells that are there; what says that a number is known is of none."""
        result = torch.zeros_like(x, dtype=torch.bool)
        for place in self.numbers:
            result[..., place] = x[..., self.known[place]] > 0.5 if place in self.known else True
        for start, end in self.categories:
            result[..., start:end] = (x[..., start:end].sum(-1, keepdim=True)) > 0.5
        return result


class TableCells(Distribution):
    """Independent cells: normal numbers and categories. A missing cell has the log probability 0: it does not count.

    That is the likelihood of what was observed, which needs no model of what is missing where cells are missing at
    random (Rubin, "Inference and missing data", Biometrika 1976; Nazábal et al., "Handling incomplete heterogeneous
    data using VAEs", Pattern Recognition 2020, equation 5).

    Args:
        layout: of a row.
        loc: the means of the numbers, (*batch, numbers).
        scale: their standard deviations, which broadcast to them.
        logits: of the values of all categories, (*batch, values).
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore  # torch declares it as a property
    support = constraints.independent(constraints.real, 1)  # pyright: ignore

    def __init__(self, layout: CellLayout, loc: Tensor, scale: Tensor, logits: Tensor) -> None:
        self.layout, self.logits = layout, logits
        self.normal = Normal(loc, scale.expand_as(loc), validate_args=False)
        super().__init__(loc.shape[:-1], torch.Size((layout.width,)), validate_args=False)

    def expand(self, batch_shape: Any, _instance: Any = None) -> "TableCells":
        """The same distribution for more rows."""
        shape = torch.Size(batch_shape)
        loc, scale = (part.expand(*shape, part.shape[-1]) for part in (self.normal.loc, self.normal.scale))
        return TableCells(self.layout, loc, scale, self.logits.expand(*shape, self.logits.shape[-1]))

    def log_prob(self, value: Float[Tensor, "... width"]) -> Float[Tensor, "..."]:
        """The sum over the cells that are there, in nats."""
        numbers = self.normal.log_prob(value[..., self.layout.numbers])
        known = [value[..., place] if place is not None else None for place in self._known]
        counted = torch.stack([torch.ones_like(value[..., 0]) if k is None else k for k in known], -1) if known else 1.0
        total = (numbers * counted).sum(-1)
        for (start, end), log_p in zip(self.layout.categories, self._log_p, strict=True):
            total = total + (value[..., start:end] * log_p).sum(-1)
        return total

    @property
    def _known(self) -> list[int | None]:
        return [self.layout.known.get(place) for place in self.layout.numbers]

    @property
    def _log_p(self) -> Sequence[Tensor]:
        """The log probabilities of each category."""
        sizes = [end - start for start, end in self.layout.categories]
        return [part.log_softmax(-1) for part in self.logits.split(sizes, -1)] if sizes else []

    @property
    def mean(self) -> Float[Tensor, "*batch width"]:
        """Means of numbers and probabilities of values; all cells are there."""
        return self._row(self.normal.loc, [log_p.exp() for log_p in self._log_p])

    def sample(self, sample_shape: Any = ()) -> Float[Tensor, "... width"]:
        """Rows without missing cells."""
        shape = torch.Size(sample_shape)
        drawn = list[Tensor]()
        for log_p in self._log_p:
            value = torch.distributions.Categorical(logits=log_p, validate_args=False).sample(shape)
            drawn.append(torch.nn.functional.one_hot(value, log_p.shape[-1]).to(log_p.dtype))
        return self._row(self.normal.sample(shape), drawn)

    def _row(self, numbers: Tensor, categories: Sequence[Tensor]) -> Tensor:
        row = numbers.new_ones(*numbers.shape[:-1], self.layout.width)
        row[..., self.layout.numbers] = numbers
        for (start, end), values in zip(self.layout.categories, categories, strict=True):
            row[..., start:end] = values
        return row
