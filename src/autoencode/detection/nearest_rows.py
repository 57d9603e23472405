"""How far the nearest of a few random rows is, in random cells."""

import torch
from jaxtyping import Bool, Float64, Int64
from torch import Tensor, nn

from autoencode.detection.cell_scale import ScaledRows
from autoencode.detection.tiny_autoencoders import random_cells

_SAME = 1e-9
"""A mean squared difference below which two rows are the same; the rounding of the products is smaller."""
_MOST_VALUES = 2**22


class NearestRows(nn.Module):
    """The distance to the nearest of few random rows, averaged over many such choices.

    Few rows stand for the bulk of the table, so that outliers that come in groups are rarely among them. A row is no
    neighbour of itself: a reference that was unique in the table is passed over by rows that equal it, and one that
    was not is a neighbour at the distance 0. So new rows and rows of the table are scored by one rule.

    Args:
        width: how many numbers a row has.
        n_sets: how many choices there are.
        n_rows: rows of each.

    References:
        Pang, Ting and Albrecht, "LeSiNN: detecting anomalies by identifying least similar nearest neighbours", ICDM
        workshops 2015.
    """

    reference: Tensor
    counted: Tensor
    unique: Tensor
    usual: Tensor

    def __init__(self, width: int, n_sets: int = 128, n_rows: int = 32) -> None:
        super().__init__()
        self.register_buffer("reference", torch.zeros(n_sets, n_rows, width, dtype=torch.float64))
        self.register_buffer("counted", torch.zeros(n_sets, n_rows, width, dtype=torch.float64))
        self.register_buffer("unique", torch.ones(n_sets, n_rows, dtype=torch.bool))
        self.register_buffer("usual", torch.ones((), dtype=torch.float64))

    def fit(
        self,
        rows: ScaledRows,
        unique: Bool[Tensor, " n"],
        cell: Int64[Tensor, " width"],
        *,
        shares: tuple[float, float],
        generator: torch.Generator,
    ) -> "NearestRows":
        """Chooses rows and cells.

        Args:
            rows: from which references are chosen.
            unique: which of them are the only ones of their kind in the table.
            cell: to which cell each number belongs.
            shares: the smallest and the largest share of cells of a choice.
            generator: of the choices.
        """
        n_sets, n_rows, _ = self.reference.shape
        own = torch.stack([torch.randperm(rows.n, generator=generator)[:n_rows] for _ in range(n_sets)])
        own = own[:, torch.arange(n_rows) % own.shape[1]]  # the same rows twice where there are fewer
        kept = random_cells(n_sets, cell, generator, *shares).double()[:, None]
        self.reference.copy_(rows.z[own])
        self.counted.copy_(kept * rows.seen[own])
        self.unique.copy_(unique[own])
        distances = self._distances(rows[torch.arange(min(rows.n, 500))])
        finite = distances[distances.isfinite()]
        self.usual.copy_(finite.median() if len(finite) else torch.ones(()))
        return self

    def forward(self, rows: ScaledRows) -> Float64[Tensor, " n"]:
        """The mean distance of each row to its nearest reference of each choice."""
        chunk = max(1, _MOST_VALUES // self.reference[..., 0].numel())
        found = [self._distances(ScaledRows(*part)) for part in zip(*(each.split(chunk) for each in rows), strict=True)]
        distances = torch.cat(found)
        return torch.where(distances.isfinite(), distances, self.usual).mean(1)

    def _distances(self, rows: ScaledRows) -> Float64[Tensor, "n sets"]:
        """Root mean squares of the differences in the numbers that are counted and there; inf where none is."""
        complete = bool(rows.seen.all()) and bool((self.counted == self.counted[:, :1]).all())
        squares = self._squares_of_complete(rows.z) if complete else self._squares(rows)
        nearest = squares.amin(2)
        row, choice = (nearest < _SAME).nonzero().T
        if len(row):
            nearest[row, choice] = _without_itself(squares[row, choice], self.unique[choice])
        return nearest.sqrt()

    def _squares_of_complete(self, z: Float64[Tensor, "n width"]) -> Float64[Tensor, "n sets rows"]:
        """Mean squares where no cell is missing, so that all references of a choice count the same numbers."""
        counted, weighted = self.counted[:, 0], self.counted * self.reference
        products = (z @ weighted.flatten(0, 1).T).unflatten(1, self.unique.shape)
        constant = (weighted * self.reference).sum(2)
        return products.mul_(-2).add_(constant).add_((z**2 @ counted.T)[..., None]).div_(counted.sum(1)[:, None])

    def _squares(self, rows: ScaledRows) -> Float64[Tensor, "n sets rows"]:
        """Mean squares over the numbers that both rows have; inf where they have none in common."""
        counted, reference = self.counted.flatten(0, 1), self.reference.flatten(0, 1)
        seen = rows.seen.double()
        squares = rows.z**2 @ counted.T - 2 * rows.z @ (counted * reference).T + seen @ (counted * reference**2).T
        count = seen @ counted.T
        return (squares / count.clamp_min(1)).masked_fill(count == 0, torch.inf).unflatten(1, self.unique.shape)


def _without_itself(squares: Float64[Tensor, "pairs rows"], unique: Bool[Tensor, "pairs rows"]) -> Tensor:
    """The smallest distance of each row to a choice, where references that equal it and are unique are passed over."""
    same = squares < _SAME
    return squares.masked_fill(same, 0.0).masked_fill(same & unique, torch.inf).amin(1)
