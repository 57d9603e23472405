"""Cuts an array into parts, by seed, and never across what a publisher set apart."""

from dataclasses import dataclass

import torch
from torch import Tensor

from autoencode.data.split import Split
from autoencode.errors import ArgumentError, DataError
from autoencode.runtime.seeding import derive_seed

SplitSize = int | float
_CUT, _PART = 1, 0.1


@dataclass(frozen=True)
class OfficialSplit:
    """The parts that the publisher of a data set fixed: they are the last examples of the whole array.

    Args:
        validation: how many examples before the test part are the official validation part; 0 where there is none.
        test: how many examples at the end are the official test part; 0 where there is none.
        default_validation: how much to hold out of the rest for validation where nobody says and nothing is official.
    """

    validation: int = 0
    test: int = 0
    default_validation: SplitSize = _PART


def split_indices(
    n: int,
    *,
    seed: int,
    validation: SplitSize | None = None,
    test: SplitSize | None = None,
    official: OfficialSplit | None = None,
    limit: int | None = None,
) -> Split:
    """Cuts `n` examples into a training, a validation and a test part; the seed alone decides which go where.

    Args:
        n: how many examples there are.
        seed: chooses; the global generators are neither read nor changed.
        validation: a count, or a share between 0 and 1; a tenth where it is left out, at least one.
        test: the same for the test part.
        official: what the publisher set apart, which stays as it is.
        limit: at most so many examples to train with, for quick trials; the other parts stay as they are.

    Returns:
        The places of the three parts, disjoint.

    Raises:
        DataError: there are too few examples for three parts.
        ArgumentError: a count or share without meaning, or one that leaves nothing to train with.

    Example:
        >>> split_indices(100, seed=0, validation=20).sizes
        {'train': 70, 'validation': 20, 'test': 10}
    """
    official = official or OfficialSplit()
    pool = n - official.validation - official.test
    n_validation = _part_size("validation", validation, official.default_validation, official.validation, pool)
    n_test = _part_size("test", test, _PART, official.test, pool)
    if n_validation + n_test >= pool:
        raise ArgumentError(f"validation {n_validation:,} and test {n_test:,} leave none of {pool:,} examples to train")
    order = torch.randperm(pool, generator=torch.Generator().manual_seed(derive_seed(seed, _CUT)))
    return Split(
        train=order[n_validation + n_test :][: _positive(limit)].clone(),
        validation=_range(pool, official.validation) if official.validation else order[:n_validation].clone(),
        test=_range(n - official.test, official.test) if official.test else order[n_validation:][:n_test].clone(),
        seed=seed,
    )


def check_enough_examples(n: int, official: OfficialSplit, noun: str) -> None:
    """Refuses what cannot be cut: each part that nobody fixed needs an example.

    Raises:
        DataError: there are too few.
    """
    pool = n - official.validation - official.test
    uses = ["train"] + ["validate"] * (not official.validation) + ["test"] * (not official.test)
    if pool >= len(uses):
        return
    to = ", ".join(uses[:-1]) + (" and " if uses[1:] else "") + uses[-1]
    raise DataError(f"{pool:,} {noun} found; at least {len(uses)} are needed: one each to {to}")


def _part_size(name: str, requested: SplitSize | None, usual: SplitSize, official: int, pool: int) -> int:
    """How many examples of the pool one part takes: none where the publisher set it apart."""
    if not official:
        return _count(name, usual if requested is None else requested, pool)
    if requested not in (None, official):
        raise ArgumentError(f"the {name} part is official, {official:,} examples; leave --{name} out, not {requested}")
    return 0


def _count(name: str, share: SplitSize, pool: int) -> int:
    if isinstance(share, bool) or not share > 0 or (share >= 1 and share % 1 != 0):
        raise ArgumentError(f"--{name} takes a count of at least 1 or a share between 0 and 1, not {share}")
    return int(share) if share >= 1 else max(1, round(share * pool))


def _positive(limit: int | None) -> int | None:
    if limit is not None and limit < 1:
        raise ArgumentError(f"--limit takes the number of examples to train with, at least 1, not {limit}")
    return limit


def _range(first: int, count: int) -> Tensor:
    return torch.arange(first, first + count)
