"""Files of many examples, written a batch at a time."""

from abc import ABC, abstractmethod
from typing import Any, BinaryIO, final

import numpy as np
from jaxtyping import Shaped
from numpy.lib import format as npy_format
from torch import Tensor


class RowFile(ABC):
    """A file that is being written.

    Args:
        file: empty, open for writing, and able to seek.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    @abstractmethod
    def add(self, x: Shaped[Tensor, "n ..."]) -> None:
        """Adds examples of one shape and type, on the processor."""
        raise NotImplementedError

    @abstractmethod
    def finish(self) -> None:
        """Called once after the last example, of which there must be one."""
        raise NotImplementedError


@final
class NpyFile(RowFile):
    """NumPy's own format; its header, which says how many rows there are, is written twice."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self._header: dict[str, Any] = {}
        self._rows = 0

    def add(self, x: Shaped[Tensor, "n ..."]) -> None:
        """Adds examples of one shape and type, on the processor."""
        array = np.ascontiguousarray(x.numpy())
        if not self._header:
            self._header = dict(npy_format.header_data_from_array_1_0(array))
            npy_format.write_array_header_1_0(self.file, self._header)  # NumPy reserves room for any number of rows
        self.file.write(array.data)
        self._rows += len(array)

    def finish(self) -> None:
        """Writes the number of rows."""
        self.file.seek(0)
        shape = (self._rows, *self._header["shape"][1:])
        npy_format.write_array_header_1_0(self.file, {**self._header, "shape": shape})
