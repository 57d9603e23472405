"""Vectors, and rows of a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, final

import torch
from jaxtyping import Float64
from torch import Tensor

from autoencode.data.modality.contract import Modality
from autoencode.data.row_files import RowFile
from autoencode.data.tables.columns import Columns, Frame
from autoencode.data.tables.csv_rows import CsvFile

_NO_COLUMNS = Columns(())


@final
@dataclass(frozen=True)
class Vectors(Modality):
    """Numbers without neighbours: measurements, features, or whatever has no modality of its own."""

    noun = "vectors"
    unit = "examples"
    recipe_kind = "vectors"
    network = "dense"
    n_compared = 12

    @classmethod
    def match(
        cls, data_shape: tuple[int, ...], options: Mapping[str, Any], display_range: tuple[float, float]
    ) -> "Modality | None":
        """Examples of any shape."""
        return cls(data_shape, display_range)

    @property
    def description(self) -> str:
        """Kind and size in a few words, such as "vectors of 12 numbers"."""
        numbers = " x ".join(map(str, self.data_shape))
        return f"{self.noun} of {numbers} number{'' if numbers == '1' else 's'}"


@final
@dataclass(frozen=True)
class TableRows(Modality):
    """Rows of a table: numbers and indicators of categories, in columns that have names.

    Args:
        data_shape: how many numbers a row becomes, as one side.
        display_range: as for every modality.
        columns: of the table.
    """

    columns: Columns = _NO_COLUMNS

    noun = "rows"
    unit = "rows"
    recipe_kind = "vectors"
    network = "dense"
    n_compared = 300
    compared_in_data_units = True
    rows_suffix = ".csv"

    @classmethod
    def match(
        cls, data_shape: tuple[int, ...], options: Mapping[str, Any], display_range: tuple[float, float]
    ) -> "Modality | None":
        """None: a table is known by its columns, not by its shape."""
        return None

    def row_file(self, file: BinaryIO) -> RowFile:
        """Cells under the names of the columns."""
        return CsvFile(file, self.columns)

    @property
    def cells(self) -> str:
        """What the cells of a row are, such as "1,1?,3": a number, one that may be missing, and one of three."""
        return self.columns.cells

    @property
    def text_columns(self) -> Sequence[str]:
        """The columns of categories."""
        return self.columns.category_names

    def encode_frame(self, frame: Frame) -> Float64[Tensor, "n width"]:
        """The rows of a table in the units of the data; NaN where a cell is missing."""
        return torch.from_numpy(self.columns.encode(frame))

    @property
    def description(self) -> str:
        """Kind and size in a few words, such as "rows of 8 columns"."""
        n = len(self.columns.columns)
        return f"rows of {n} column{'' if n == 1 else 's'}"
