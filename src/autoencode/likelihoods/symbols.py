"""The likelihood of a map of symbols: one symbol for each cell."""

from collections.abc import Callable, Sequence
from functools import partial

from jaxtyping import Float
from torch import Tensor

from autoencode.distributions import PixelClasses
from autoencode.errors import ArgumentError, DataError
from autoencode.likelihoods.likelihood import Likelihood, LogProbKind, likelihoods


class SymbolLikelihood(Likelihood):
    """For maps of symbols, a plane for each: a categorical distribution at each cell; features are logits.

    Args:
        data_shape: (symbols, height, width).
        n_symbols: how many there are.

    Raises:
        ArgumentError: data of another shape.

    Example:
        >>> import torch
        >>> p = SymbolLikelihood((4, 2, 3), 4)(torch.zeros(4, 2, 3))
        >>> x = torch.zeros(4, 2, 3)
        >>> x[1] = 1
        >>> round((p.log_prob(x) / 6).exp().item(), 4)
        0.25
    """

    def __init__(self, data_shape: Sequence[int], n_symbols: int) -> None:
        super().__init__(data_shape)
        if len(self.data_shape) != 3 or self.data_shape[0] != n_symbols:
            raise ArgumentError(f"maps of {n_symbols} symbols are {n_symbols} planes, not data of {self.data_shape}")

    def forward(self, features: Float[Tensor, "*leading_and_features"]) -> PixelClasses:
        """The probabilities of maps, event shape `data_shape`."""
        return PixelClasses(features)

    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` unless each cell has one symbol."""
        if x.ndim != 4 or bool(((x != 0) & (x != 1)).any()) or bool((x.sum(1) != 1).any()):
            raise DataError(
                "the symbols likelihood takes maps with one symbol for each cell, a plane of 0 and 1 for each symbol: "
                "give a text of maps, or take another --likelihood"
            )

    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """A mass."""
        return LogProbKind.MASS


@likelihoods.register_family("symbols")
def symbols(count: str) -> Callable[[Sequence[int]], SymbolLikelihood]:
    """For maps of so many symbols, a plane for each: one symbol for each cell; chosen for texts of maps by itself."""
    if not count.isdecimal() or int(count) < 1:
        raise ArgumentError(f"the symbols likelihood takes how many symbols there are, as symbols:10, not {count!r}")
    return partial(SymbolLikelihood, n_symbols=int(count))
