"""How often a good picture has so high a score: thresholds and p-values from pictures that were held out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64
from scipy.stats import t

from autoencode.errors import ArgumentError

_FINEST = 1e-12


@dataclass(frozen=True)
class FalseAlarms:
    """The scores of good pictures that were not learned from, and what follows from them.

    Within the held-out scores a p-value is a rank, which is exact for new pictures of the same kind whatever the
    distribution is. Beyond the largest of them ranks say nothing, and the tail is that of Student's t, as if scores
    were normal; both meet at the largest.

        p(s) = (1 + #{held out ≥ s}) / (n + 1)                         up to the largest score
        p(s) = T((s − mean) / (σ √(1 + 1/n))) · constant               beyond, T with n − 1 degrees of freedom

    Args:
        held_out: at least 2 scores, in any order.
        pieces: in how many pieces of the size of those held out a picture is cut; the chance of a false alarm is so
            many times that of a piece.

    References:
        Ranks: Vovk, Gammerman and Shafer, "Algorithmic learning in a random world", 2005 (conformal p-values).
    """

    held_out: tuple[float, ...]
    pieces: float = 1.0

    def p_values(self, scores: Sequence[float] | Float64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
        """The share of good pictures whose score is as high, for each score."""
        s, known = np.asarray(scores, dtype=np.float64), np.sort(self.held_out)
        ranks = (1 + len(known) - np.searchsorted(known, s)) / (len(known) + 1)
        beyond = self._tail(s) / self._tail(known[-1:]) / (len(known) + 1)
        return np.minimum(1.0, np.where(s > known[-1], beyond, ranks) * self.pieces)

    def threshold(self, rate: float) -> float:
        """The score above which a share of good pictures lies.

        Args:
            rate: the share, above 0 and up to 0.5: 0.01 for one false alarm in a hundred good pictures.

        Raises:
            ArgumentError: another share.
        """
        if not 0 < rate <= 0.5:
            raise ArgumentError(f"false alarms are a share of good pictures above 0 and up to 0.5, not {rate}")
        n, known = len(self.held_out), np.sort(self.held_out)
        one = rate / self.pieces
        if one * (n + 1) >= 1:
            return float(known[max(0, n - int(np.floor(one * (n + 1) + _FINEST)))])
        tail = one * (n + 1) * self._tail(known[-1:])[0]
        return float(np.mean(known) + self._width() * t.isf(tail, n - 1))

    def counts(self, rate: float) -> bool:
        """Whether so small a share can be counted among the held-out pictures, or is estimated by the tail."""
        return rate / self.pieces * (len(self.held_out) + 1) >= 1

    def _tail(self, scores: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
        return t.sf((scores - np.mean(self.held_out)) / self._width(), len(self.held_out) - 1)

    def _width(self) -> float:
        n = len(self.held_out)
        return float(max(np.std(self.held_out, ddof=1), 1e-3)) * np.sqrt(1 + 1 / n)
