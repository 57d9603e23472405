"""Rows of a table as a text file."""

import csv
import io
from typing import BinaryIO, final

from jaxtyping import Float
from torch import Tensor

from autoencode.data.row_files import RowFile
from autoencode.data.tables.columns import Columns


@final
class CsvFile(RowFile):
    """A heading and a line for each row, with commas, in UTF-8.

    Args:
        file: empty, open for writing.
        columns: of the table.
    """

    def __init__(self, file: BinaryIO, columns: Columns) -> None:
        super().__init__(file)
        self._columns = columns
        self._write([list(columns.names)])

    def add(self, x: Float[Tensor, "n width"]) -> None:
        """Adds rows in the units of the table."""
        self._write(list(map(list, zip(*self._columns.decode(x.double().numpy()), strict=True))))

    def finish(self) -> None:
        """Nothing is left to write."""

    def _write(self, rows: list[list[object]]) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        self.file.write(text.getvalue().encode())
