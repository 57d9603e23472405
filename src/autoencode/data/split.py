"""Which examples train, which validate and which test: the indices, and how they are chosen."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Int64
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes
from torch import Tensor

from autoencode.errors import ArgumentError, DataError
from autoencode.runtime.seeding import derive_seed
from autoencode.storage import atomic_open

PART_NAMES = {
    "train": ("train", "training"),
    "validation": ("val", "valid", "validation"),
    "test": ("test", "testing"),
}
"""What people call the parts, in the names of folders and of arrays; upper and lower case are alike."""
SplitSize = int | float
_CUT, _SHARE = 1, 0.1


@dataclass(frozen=True, eq=False)
class Split:
    """Indices into the whole array, and the seed that chose them.

    A part that was chosen at random is in random order as well, so that its first few examples are a fair sample.

    Args:
        train: the examples to train with, (n_train,).
        validation: the examples that choose between models, (n_validation,).
        test: the examples that the chosen model is tested on, (n_test,).
        seed: what they were chosen with.
    """

    train: Int64[Tensor, " n_train"]
    validation: Int64[Tensor, " n_validation"]
    test: Int64[Tensor, " n_test"]
    seed: int

    @property
    def sizes(self) -> dict[str, int]:
        """How many examples each part has, by its name."""
        return {"train": len(self.train), "validation": len(self.validation), "test": len(self.test)}

    def expand_groups(self, groups: Int64[Tensor, " n"]) -> "Split":
        """The indices of all examples whose group is in each part, where this split is one of groups.

        Args:
            groups: of each example.

        Example:
            >>> split = Split(torch.tensor([2]), torch.tensor([0]), torch.tensor([1]), seed=0)
            >>> split.expand_groups(torch.tensor([0, 1, 1, 2, 2])).train
            tensor([3, 4])
        """
        order = torch.sort(groups, stable=True).indices
        starts = torch.nn.functional.pad(torch.bincount(groups).cumsum(0), (1, 0))
        train, validation, test = (
            torch.cat([order[starts[group] : starts[group + 1]] for group in part.tolist()])
            for part in (self.train, self.validation, self.test)
        )
        return Split(train, validation, test, self.seed)

    def save(self, path: str | Path) -> None:
        """Writes one safetensors file, whole or not at all; sizes and seed are in its metadata.

        Raises:
            StorageError: the file cannot be written.
        """
        tensors = {"train": self.train, "validation": self.validation, "test": self.test}
        # One entry: safetensors writes several in an order of its own, and the file should depend on its content alone.
        facts = json.dumps({"seed": self.seed, **self.sizes})
        content = to_bytes({name: tensor.contiguous() for name, tensor in tensors.items()}, metadata={"split": facts})
        with atomic_open(Path(path), len(content)) as file:
            file.write(content)

    @classmethod
    def load(cls, path: str | Path) -> "Split":
        """Reads what `save` wrote.

        Raises:
            DataError: the file is missing, damaged, or holds no split.
        """
        try:
            with safe_open(path, framework="pt") as file:
                seed = int(json.loads((file.metadata() or {})["split"])["seed"])
                split = cls(*(file.get_tensor(name) for name in PART_NAMES), seed=seed)
        except (OSError, SafetensorError, KeyError, ValueError, TypeError) as error:
            raise DataError(f"{path} holds no split: {error}; make it again with Split.save") from error
        _validate(split, path)
        return split


def _validate(split: Split, path: str | Path) -> None:
    """Refuses a file that was tampered with: other types, the same example twice, negative indices."""
    parts = (split.train, split.validation, split.test)
    if any(part.dtype != torch.int64 or part.ndim != 1 for part in parts):
        raise DataError(f"{path} holds no split: its parts must be one-dimensional int64; save it again")
    indices = torch.cat(parts)
    if len(indices) and (int(indices.min()) < 0 or len(indices.unique()) < len(indices)):
        raise DataError(f"{path} holds no split: an example is in it twice, or has a negative place; make it again")


@dataclass(frozen=True)
class OfficialSplit:
    """The parts that the data bring, such as those their publisher fixed. They are the last examples of the array.

    Args:
        validation: how many examples before the test part are for validation; 0 where there is no such part.
        test: how many examples at the end are for the test; 0 where there is no such part.
        default_validation: how many of the others validate by default where the data bring no such part.
    """

    validation: int = 0
    test: int = 0
    default_validation: SplitSize = _SHARE


def split_indices(
    n: int,
    *,
    seed: int,
    validation: SplitSize | None = None,
    test: SplitSize | None = None,
    official: OfficialSplit | None = None,
    limit: int | None = None,
) -> Split:
    """Divides `n` examples into a training, a validation and a test part; the seed alone decides which go where.

    Args:
        n: how many examples there are.
        seed: chooses; the global generators are neither read nor changed.
        validation: a count, or a share between 0 and 1; a tenth where it is left out, at least one.
        test: the same for the test part.
        official: the parts that the data bring, which stay as they are.
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
    n_test = _part_size("test", test, _SHARE, official.test, pool)
    if n_validation + n_test >= pool:
        raise ArgumentError(f"validation {n_validation:,} and test {n_test:,} leave none of {pool:,} examples to train")
    order = torch.randperm(pool, generator=torch.Generator().manual_seed(derive_seed(seed, _CUT)))
    return Split(
        train=order[n_validation + n_test :][: _positive(limit)].clone(),
        validation=_range(pool, official.validation) if official.validation else order[:n_validation].clone(),
        test=_range(n - official.test, official.test) if official.test else order[n_validation:][:n_test].clone(),
        seed=seed,
    )


def split_by_time(
    spans: Int64[Tensor, "n 3"],
    *,
    seed: int,
    validation: SplitSize | None = None,
    test: SplitSize | None = None,
    official: OfficialSplit | None = None,
    limit: int | None = None,
) -> Split:
    """Divides windows of frames by time: in each sequence the last ones test, those before validate, the others train.

        training windows │ gap │ validation windows │ gap │ test windows ─► time

    No frame is in two parts: windows that overlap those of a later part are in none.

    Args:
        spans: the first frame of each window, the one after its last, and its sequence, in order; the last rows are
            those of the official parts.
        seed: chooses which windows train where `limit` leaves some out, and the order of the training part.
        validation: as for `split_indices`.
        test: the same for the test part.
        official: the same.
        limit: the same.

    Raises:
        DataError: too few frames for three parts without a common frame.
        ArgumentError: a count or share without meaning.

    Example:
        >>> spans = torch.tensor([[start, start + 3, 0] for start in range(20)])
        >>> split = split_by_time(spans, seed=0, validation=4, test=5)
        >>> sorted(split.train.tolist()), split.validation.tolist(), split.test.tolist()
        ([0, 1, 2, 3, 4, 5, 6], [9, 10, 11, 12], [15, 16, 17, 18, 19])
    """
    official = official or OfficialSplit()
    n = len(spans)
    pool = n - official.validation - official.test
    n_validation = _part_size("validation", validation, official.default_validation, official.validation, pool)
    n_test = _part_size("test", test, _SHARE, official.test, pool)
    rest = torch.arange(pool)
    rest, of_test = _last_of_each(spans, rest, n_test)
    rest, of_validation = _last_of_each(spans, rest, n_validation)
    if not len(rest) or len(of_validation) < n_validation or len(of_test) < n_test:
        length = int(spans[0, 1] - spans[0, 0]) if n else 0
        raise DataError(
            f"{pool:,} windows of {length} frames cannot be divided into parts without a common frame: {3 * length} "
            "frames in a row or more are needed, or sequences of their own for validation and test"
        )
    order = torch.randperm(len(rest), generator=torch.Generator().manual_seed(derive_seed(seed, _CUT)))
    return Split(
        train=rest[order[: _positive(limit)]],
        validation=_range(pool, official.validation) if official.validation else of_validation,
        test=_range(n - official.test, official.test) if official.test else of_test,
        seed=seed,
    )


def _last_of_each(spans: Tensor, places: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Windows before the last ones that do not overlap them, and the last ones: of each sequence its share.

    Args:
        spans: as for `split_by_time`.
        places: of windows, in order.
        count: how many are last.
    """
    if not count or not len(places):
        return places, places[:0]
    _, sizes = torch.unique_consecutive(spans[places, 2], return_counts=True)
    ends = sizes.cumsum(0)
    shares = (ends * count // len(places)).diff(prepend=torch.zeros(1, dtype=torch.int64))
    before, last = list[Tensor](), list[Tensor]()
    for own, share in zip(places.split(sizes.tolist()), shares.tolist(), strict=True):
        chosen = own[len(own) - share :]
        last.append(chosen)
        rest = own[: len(own) - share]
        before.append(rest[spans[rest, 1] <= spans[chosen[0], 0]] if share else rest)
    return torch.cat(before), torch.cat(last)


def part_of_name(name: str) -> str | None:
    """The part that a folder or an array of this name holds, or None.

    Example:
        >>> part_of_name("Train"), part_of_name("val"), part_of_name("cats")
        ('train', 'validation', None)
    """
    return next((part for part, names in PART_NAMES.items() if name.lower() in names), None)


def folder_parts(files: Sequence[Path]) -> list[str | None] | None:
    """The part that the top-level subfolder of each file names: those called train and test, or train and val.

    Args:
        files: paths inside the folder.

    Returns:
        A part for each file, None for one that lies in no such subfolder; None in place of the list where the
        subfolders do not name parts.

    Example:
        >>> folder_parts([Path("test/bad/1.png"), Path("train/good/1.png"), Path("masks/1.png")])
        ['test', 'train', None]
    """
    parts = [part_of_name(file.parts[0]) if len(file.parts) > 1 else None for file in files]
    return parts if "train" in parts and {"validation", "test"} & set(parts) else None


def check_enough_examples(n: int, official: OfficialSplit, noun: str) -> None:
    """Refuses too few examples: each part that the data do not bring needs one.

    Raises:
        DataError: there are too few.
    """
    pool = n - official.validation - official.test
    uses = ["train"] + ["validate"] * (not official.validation) + ["test"] * (not official.test)
    if pool >= len(uses):
        return
    to = ", ".join(uses[:-1]) + (" and " if uses[1:] else "") + uses[-1]
    least = "1 is" if len(uses) == 1 else f"{len(uses)} are"
    raise DataError(f"{noun} found: {pool:,}; at least {least} needed: one each to {to}")


def _part_size(name: str, requested: SplitSize | None, usual: SplitSize, official: int, pool: int) -> int:
    """How many of the other examples one part takes: none where the data bring it."""
    if not official:
        return _count(name, usual if requested is None else requested, pool)
    if requested not in (None, official):
        raise ArgumentError(
            f"the data bring a {name} part of {official:,} examples: leave --{name} out, or say --parts random"
        )
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
