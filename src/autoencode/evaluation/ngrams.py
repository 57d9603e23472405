"""Models of sequences that look back a fixed number of tokens: what a model of sequences must beat."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator

from jaxtyping import Int
from torch import Tensor

from autoencode.distributions.token_sequences import token_counts

_START = -1
Context = tuple[int, ...]


class NGrams:
    """An interpolated n-gram model with Kneser–Ney smoothing.

        p(w | h) = max(c(h w) − d, 0) / c(h)  +  d · different(h) / c(h) · p(w | h without its first token)

    The lower orders count how many different tokens stand before, not how often; the lowest is mixed with the uniform
    distribution. d is n₁ / (n₁ + 2 n₂), of how many n-grams occur once and twice.

    Args:
        tokens: rows to count, (n, length), each with its end; what follows is not read.
        order: n: the token and the n − 1 before it.
        n_tokens: of the vocabulary.

    References:
        Chen and Goodman, "An empirical study of smoothing techniques for language modeling", Computer Speech and
        Language 13, 1999, sections 2.7 and 2.8.
    """

    def __init__(self, tokens: Int[Tensor, "n length"], order: int, n_tokens: int) -> None:
        self._order, self._n_tokens = order, n_tokens
        counts = _highest_counts(tokens, order)
        self._levels = list[_Level]()
        for _ in range(order):
            self._levels.append(_Level(counts))
            counts = _continuations(counts)
        self._levels.reverse()

    def nats(self, tokens: Int[Tensor, "n length"]) -> list[float]:
        """−log p of each row, its end included, in nats.

        Args:
            tokens: as those that were counted.
        """
        return [-sum(self._log_prob(gram) for gram in _grams(row, self._order)) for row in _rows(tokens)]

    def _log_prob(self, gram: Context) -> float:
        return math.log(self.probability(gram[:-1], gram[-1]))

    def probability(self, before: Context, token: int) -> float:
        """p(token | the tokens before it).

        Args:
            before: as many as the order looks back; −1 before the first.
            token: the next one.
        """
        p = 1 / self._n_tokens
        for length, level in enumerate(self._levels):
            p = level.mixed(before[len(before) - length :], token, p)
        return p


class _Level:
    """Counts of one order."""

    def __init__(self, counts: dict[Context, Counter[int]]) -> None:
        self._counts = counts
        self._totals = {before: after.total() for before, after in counts.items()}
        often = Counter(n for after in counts.values() for n in after.values())
        self._discount = often[1] / (often[1] + 2 * often[2]) if often[1] and often[2] else 0.5

    def mixed(self, before: Context, token: int, lower: float) -> float:
        """The probability of this order, mixed with that of the lower one."""
        total = self._totals.get(before, 0)
        if not total:
            return lower
        after, d = self._counts[before], self._discount
        return (max(after.get(token, 0) - d, 0) + d * len(after) * lower) / total


def _highest_counts(tokens: Tensor, order: int) -> dict[Context, Counter[int]]:
    counts: dict[Context, Counter[int]] = defaultdict(Counter)
    for row in _rows(tokens):
        for gram in _grams(row, order):
            counts[gram[:-1]][gram[-1]] += 1
    return counts


def _continuations(counts: dict[Context, Counter[int]]) -> dict[Context, Counter[int]]:
    """How many different tokens stand before each shorter n-gram."""
    shorter: dict[Context, Counter[int]] = defaultdict(Counter)
    for before, after in counts.items():
        for token in after:
            shorter[before[1:]][token] += 1
    return shorter


def _rows(tokens: Tensor) -> Iterator[list[int]]:
    for row, n in zip(tokens.long().tolist(), token_counts(tokens.long()).tolist(), strict=True):
        yield row[:n]


def _grams(row: list[int], order: int) -> Iterator[Context]:
    padded = [_START] * (order - 1) + row
    return (tuple(padded[place : place + order]) for place in range(len(row)))
