"""Which examples train, which validate and which test."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Int64
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes
from torch import Tensor

from autoencode.errors import DataError
from autoencode.storage import atomic_open

_PARTS = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class Split:
    """Indices into the whole array, and the seed that chose them.

    A part that was cut by chance is in an order of chance as well, so that its first few examples are a fair sample.

    Args:
        train: the examples to train with, (n_train,).
        validation: the examples that choose between models, (n_validation,).
        test: the examples that judge the chosen model, (n_test,).
        seed: what the cut was made with.
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
        """The indices of all examples whose group is in each part, this split being one of groups.

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
                split = cls(*(file.get_tensor(name) for name in _PARTS), seed=seed)
        except (OSError, SafetensorError, KeyError, ValueError, TypeError) as error:
            raise DataError(f"{path} holds no split: {error}; make it anew with Split.save") from error
        _validate(split, path)
        return split


def _validate(split: Split, path: str | Path) -> None:
    """Refuses a file that was tampered with: other types, the same example twice, negative indices."""
    parts = (split.train, split.validation, split.test)
    if any(part.dtype != torch.int64 or part.ndim != 1 for part in parts):
        raise DataError(f"{path} holds no split: its parts must be one-dimensional int64; make it anew with Split.save")
    indices = torch.cat(parts)
    if len(indices) and (int(indices.min()) < 0 or len(indices.unique()) < len(indices)):
        raise DataError(f"{path} holds no split: an example is in it twice, or has a negative place; make it anew")
