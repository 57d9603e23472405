"""Columns of vectors brought to mean 0 and standard deviation 1, and back."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Bool, Float32, Float64, Shaped
from torch import Tensor

from autoencode.errors import DataError

MAX_COLUMNS = 100_000
"""Vectors of more numbers are kept as they are: mean and scale of every column are written into run.json."""
_CHUNK = 4_096
_SHOWN = 5


@dataclass(frozen=True)
class Standardisation:
    """What is subtracted from each column, and what it is divided by.

    Both come from training rows alone. A column without variance is divided by 1. Computed in 64 bits, since a column
    such as seconds since 1970 has more digits than 32 bits hold.

    Args:
        mean: of each column, in the data's units.
        scale: the standard deviation of each column, in the data's units; 1 where it would be 0.

    Example:
        >>> columns = Standardisation.of(torch.tensor([[1.0, 7.0], [3.0, 7.0]]))
        >>> columns.mean, columns.scale, columns.apply(torch.tensor([[5.0, 8.0]])).tolist()
        ((2.0, 7.0), (1.0, 1.0), [[3.0, 1.0]])
    """

    mean: tuple[float, ...]
    scale: tuple[float, ...]

    @classmethod
    def of(
        cls,
        x: Shaped[Tensor, "n columns"],
        kept: Bool[Tensor, " columns"] | None = None,
        known: Float64[Tensor, " columns"] | None = None,
    ) -> "Standardisation":
        """Mean and scale of these rows.

        Args:
            x: the training rows, finite.
            kept: columns that stay as they are, such as indicators of categories: their mean is 0 and their scale 1.
            known: the share of each column that is known, where the mean stands for the rest; the scale is that of what
                is known. None: all of it.

        Raises:
            DataError: numbers so large that their mean or standard deviation is not finite.
        """
        first = x[0].double()
        constant = torch.stack([(rows == first).all(0) for rows in _chunks(x)]).all(0)
        mean = torch.stack([rows.sum(0) for rows in _chunks(x)]).sum(0) / len(x)
        # Divided by the largest deviation first, so that the squares of large numbers stay finite.
        largest = torch.stack([(rows - mean).abs().amax(0) for rows in _chunks(x)]).amax(0)
        largest = torch.where(constant | (largest == 0), 1.0, largest)
        squares = torch.stack([((rows - mean) / largest).square().sum(0) for rows in _chunks(x)]).sum(0)
        scale = largest * (squares / (len(x) if known is None else len(x) * known.clamp_min(1 / len(x)))).sqrt()
        mean, scale = torch.where(constant, first, mean), torch.where(constant | (scale == 0), 1.0, scale)
        if not bool((mean.isfinite() & scale.isfinite()).all()):
            raise DataError("columns with values beyond 1e300 cannot be standardised: scale them down first")
        if kept is not None:
            mean, scale = torch.where(kept, 0.0, mean), torch.where(kept, 1.0, scale)
        return cls(tuple(mean.tolist()), tuple(scale.tolist()))

    @cached_property
    def _tensors(self) -> tuple[Tensor, Tensor]:
        return torch.tensor(self.mean, dtype=torch.float64), torch.tensor(self.scale, dtype=torch.float64)

    def apply(self, x: Shaped[Tensor, "n columns"]) -> Float32[Tensor, "n columns"]:
        """Rows in the model's units.

        Args:
            x: rows in the data's units, on the processor.
        """
        mean, scale = self._tensors
        applied = torch.empty(x.shape, dtype=torch.float32)
        for start, rows in zip(range(0, len(x), _CHUNK), _chunks(x), strict=True):
            applied[start : start + _CHUNK] = (rows - mean) / scale
        return applied

    def undo(self, x: Shaped[Tensor, "... columns"]) -> Float64[Tensor, "... columns"]:
        """Numbers in the data's units.

        Args:
            x: numbers in the model's units, on the processor.
        """
        mean, scale = self._tensors
        return x.double() * scale + mean

    def log_volume(self, known: Sequence[float] | None = None) -> float:
        """The sum of the logarithms of the scales: −log p in the data's units is so many nats more than of the model's.

        It is p(x) = p(standardised x) / product of the scales, by the change of variables. A number that is missing has
        no density, and its scale does not count.

        Args:
            known: the share of the examples in which each number is there, for the mean over examples; None for all.
        """
        shares = known or (1.0,) * len(self.scale)
        return math.fsum(share * math.log(scale) for share, scale in zip(shares, self.scale, strict=True))


def column_means(x: Float64[Tensor, "n columns"]) -> Float64[Tensor, " columns"]:
    """The mean of the numbers of each column that are there; 0 where none is.

    Args:
        x: rows in which NaN is a missing number.
    """
    return x.nanmean(0).nan_to_num(nan=0.0)


def known_shares(x: Float64[Tensor, "n columns"]) -> Float64[Tensor, " columns"]:
    """The share of the numbers of each column that are there.

    Args:
        x: rows in which NaN is a missing number.
    """
    return 1 - x.isnan().double().mean(0)


def fill_missing(x: Float64[Tensor, "n columns"], means: Float64[Tensor, " columns"]) -> Float64[Tensor, "n columns"]:
    """The same rows with the mean of its column in place of each missing number.

    Args:
        x: rows in which NaN is a missing number.
        means: of the columns.
    """
    return torch.where(x.isnan(), means, x)


def constant_columns_note(x: Shaped[Tensor, "n columns"], names: Sequence[str] | None = None) -> tuple[str, ...]:
    """A line about columns that are the same in every row; nothing where there are none.

    Args:
        x: the training rows.
        names: of the columns; they are counted where it is left out.
    """
    found = torch.stack([(rows == x[0].double()).all(0) for rows in _chunks(x)]).all(0).nonzero()[:, 0].tolist()
    if not found:
        return ()
    named = ", ".join(str(place) if names is None else names[int(place)] for place in found[:_SHOWN]) + (
        ", …" if found[_SHOWN:] else ""
    )
    columns = f"column {named} is" if len(found) == 1 else f"{len(found):,} columns ({named}) are"
    counted = "" if names else " (counted from 0)"
    return (f"{columns} the same in every training row and taught nothing{counted}",)


def _chunks(x: Tensor) -> Iterator[Tensor]:
    """Rows in 64 bits, some at a time, by NumPy's rules for all types of whole numbers."""
    starts = range(0, len(x), _CHUNK)
    return (torch.from_numpy(x[start : start + _CHUNK].numpy().astype(np.float64)) for start in starts)
