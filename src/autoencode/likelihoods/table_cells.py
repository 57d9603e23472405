"""The likelihood of rows of a table: normal numbers, categories, and missing cells that do not count."""

from collections.abc import Callable, Sequence
from functools import partial

from jaxtyping import Bool, Float
from torch import Tensor

from autoencode.distributions.table_cells import CellLayout, TableCells
from autoencode.errors import ArgumentError, DataError
from autoencode.likelihoods.likelihood import Likelihood, LogProbKind, check_finite, likelihoods
from autoencode.likelihoods.scale import LearnedScale


class TableLikelihood(Likelihood):
    """Numbers are normal with a scale learned for each column, categories categorical; missing cells do not count.

    Args:
        data_shape: (numbers of a row,).
        cells: which of them belong to which cell, as `autoencode.distributions.table_cells.CellLayout` says.

    Raises:
        ArgumentError: rows of another width.

    Example:
        >>> import torch
        >>> p = TableLikelihood((3,), "1,2")(torch.zeros(3))
        >>> missing, known = (p.log_prob(torch.tensor([0.0, value, 0.0])) for value in (0.0, 1.0))
        >>> round((missing - known).item(), 4)  # one of two values
        0.6931
    """

    def __init__(self, data_shape: Sequence[int], cells: str) -> None:
        super().__init__(data_shape)
        self.layout = CellLayout.parse(cells)
        if self.data_shape != (self.layout.width,):
            raise ArgumentError(f"cells {cells} are rows of {self.layout.width} numbers, not of {self.data_shape}")
        self._numbers = len(self.layout.numbers)
        self.features_shape = (self.layout.width - len(self.layout.known),)
        self.scale = LearnedScale((self._numbers,))

    def forward(self, features: Float[Tensor, "*leading features"]) -> TableCells:
        """The cells; features are the means of the numbers, then the logits of the categories."""
        loc, logits = features[..., : self._numbers], features[..., self._numbers :]
        return TableCells(self.layout, loc, self.scale(), logits)

    def counted(self, x: Float[Tensor, "batch width"]) -> Bool[Tensor, "batch width"]:
        """The numbers of cells that are there."""
        return self.layout.counted(x)

    def check(self, x: Float[Tensor, "batch width"]) -> None:
        """Raises `DataError` unless indicators are 0 or 1, and no category has two values."""
        check_finite(x)
        indicators = [*self.layout.known.values()]
        for start, end in self.layout.categories:
            indicators += range(start, end)
            if (x[:, start:end].sum(-1) > 1).any():
                raise DataError("a category has two values in a row: give one indicator of 1")
        if indicators and not ((x[:, indicators] == 0) | (x[:, indicators] == 1)).all():
            raise DataError("indicators of categories and of known numbers must be 0 or 1")

    def log_prob_kind(self, x: Float[Tensor, "batch width"]) -> LogProbKind:
        """A density where there are numbers, else a mass."""
        return LogProbKind.DENSITY if self._numbers else LogProbKind.MASS


@likelihoods.register_family("table")
def table(cells: str) -> Callable[[Sequence[int]], TableLikelihood]:
    """For rows of a table: normal numbers, categories, missing cells that do not count; chosen for tables by itself."""
    CellLayout.parse(cells)
    return partial(TableLikelihood, cells=cells)
