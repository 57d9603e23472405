"""A tensor whose rows lie in files, and are read when they are used."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import torch
from jaxtyping import Int64, Shaped
from torch import Tensor

from autoencode.data.memory import check_fits
from autoencode.kernels.torch_private import tensor_without_memory


class RowReader(ABC):
    """Reads rows of files.

    Attributes:
        what: the files, for messages.
        data_shape: of one row.
        dtype: of the numbers.
        digest: hexadecimal, other for other rows.
    """

    what: str
    data_shape: tuple[int, ...]
    dtype: torch.dtype
    digest: str

    @abstractmethod
    def read(self, places: Int64[Tensor, " m"]) -> Shaped[Tensor, "m ..."]:
        """Some of the rows."""


class FileRows(Tensor):
    """Rows of files as a tensor: `rows[10:20]` and `rows[places]` choose, and any other operation reads what is chosen.

    So an array of examples that does not fit into memory is used like one that does, as long as no code asks for all of
    it at once.

    Args:
        reader: reads the rows.
        places: which of its rows this tensor has, in their order.
        transform: what is done to rows that were read, such as bringing columns to mean 0.
    """

    reader: RowReader
    places: Tensor
    transform: Callable[[Tensor], Tensor] | None

    @staticmethod
    def __new__(
        cls: type,
        reader: RowReader,
        places: Int64[Tensor, " m"],
        transform: Callable[[Tensor], Tensor] | None = None,
    ) -> "FileRows":
        """A tensor of the rows' shape without memory of its own."""
        dtype = reader.dtype if transform is None else torch.float32
        rows = cast("FileRows", tensor_without_memory(cls, (len(places), *reader.data_shape), dtype))
        rows.reader, rows.places, rows.transform = reader, places, transform
        return rows

    @property
    def digest(self) -> str:
        """Hexadecimal, other for other rows or another choice of them."""
        return hashlib.sha256(self.reader.digest.encode() + self.places.numpy().tobytes()).hexdigest()

    def read(self) -> Shaped[Tensor, "m ..."]:
        """All rows of this tensor, in memory.

        Raises:
            DataError: they would not fit, or cannot be read.
        """
        check_fits(self.nbytes, self.reader.what)
        rows = self.reader.read(self.places)
        return rows if self.transform is None else self.transform(rows)

    def transformed(self, transform: Callable[[Tensor], Tensor]) -> "FileRows":
        """The same rows, each changed when it is read; `transform` gives float32 of the same shape."""
        return FileRows(self.reader, self.places, transform)

    def numpy(self, *, force: bool = False) -> np.ndarray:
        """All rows of this tensor as an array.

        Args:
            force: as in `torch.Tensor.numpy`.
        """
        return self.read().numpy(force=force)

    def __repr__(self, *, tensor_contents: object = None) -> str:
        return f"FileRows({tuple(self.shape)} of {self.reader.what})"

    @classmethod
    def __torch_dispatch__(
        cls, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Chooses rows, or reads them and does what was asked."""
        chosen = _choose(func, args)
        if chosen is not None:
            return chosen
        return func(*_in_memory(args), **_in_memory(kwargs or {}))


def _in_memory(value: Any) -> Any:
    """Arguments of an operation, in which rows of files have become tensors in memory."""
    if isinstance(value, FileRows):
        return value.read()
    if isinstance(value, dict):
        return {key: _in_memory(one) for key, one in cast("dict[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return type(value)(_in_memory(one) for one in cast("list[Any]", value))
    return value


def _choose(func: Any, args: tuple[Any, ...]) -> Tensor | None:
    """The rows that an operation chooses; None for any other operation."""
    aten, rows = torch.ops.aten, args[0] if args else None
    if not isinstance(rows, FileRows):
        return None
    if func in (aten.detach.default, aten.alias.default):
        return FileRows(rows.reader, rows.places, rows.transform)
    if func is aten.slice.Tensor and (len(args) < 2 or args[1] == 0):
        return FileRows(rows.reader, aten.slice.Tensor(rows.places, 0, *args[2:]), rows.transform)
    if func is aten.index.Tensor and len(args[1]) == 1 and args[1][0].ndim == 1:
        return FileRows(rows.reader, rows.places[args[1][0]], rows.transform)
    if func is aten.index_select.default and args[1] == 0:
        return FileRows(rows.reader, rows.places[args[2]], rows.transform).read()
    if func is aten.select.int and args[1] == 0:
        return FileRows(rows.reader, rows.places[args[2]][None], rows.transform).read()[0]
    return None
