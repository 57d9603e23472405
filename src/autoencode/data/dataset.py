"""A data set: examples in three parts, and the fingerprint by which they are recognised."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from jaxtyping import Shaped
from torch import Tensor

from autoencode.data.examples import Examples, OptionValue, SkippedFile
from autoencode.data.modality import Modality, modality_of
from autoencode.data.split import Split
from autoencode.data.subset import Subset
from autoencode.data.values import ValueRange


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples in three parts, with all that a run must know to find them again.

    Args:
        name: a short name, such as "fashion-mnist" or the folder's name.
        source: what to give `load` again: a registered name or an absolute path; "" for an array in memory.
        train: the examples to train with.
        validation: the examples that choose between models.
        test: the examples that judge the chosen model.
        split: where the parts lie in the whole array, and the seed that cut them.
        values: how the stored numbers were read.
        classes: the names of the classes 0, 1, …, or None.
        notes: one-line facts that a person must be shown.
        skipped: files that were left out, and why.
        fingerprint: SHA-256 of all examples and labels, in hexadecimal.
        options: what `load(source, **options)` needs to give the same again; JSON holds it without loss.
        files: the path of each example of the whole array inside its folder, or None; `split` points into it.
    """

    name: str
    source: str
    train: Subset
    validation: Subset
    test: Subset
    split: Split
    values: ValueRange
    classes: tuple[str, ...] | None
    notes: tuple[str, ...]
    skipped: tuple[SkippedFile, ...]
    fingerprint: str
    options: dict[str, OptionValue]
    files: tuple[str, ...] | None = None

    @property
    def data_shape(self) -> tuple[int, ...]:
        """The shape of one example: (channels, height, width) or (dimensions,)."""
        return self.train.data_shape

    @property
    def modality(self) -> Modality:
        """What an example is."""
        return modality_of(self.data_shape, self.options)

    @property
    def subsets(self) -> dict[str, Subset]:
        """The three parts by their names."""
        return {"train": self.train, "validation": self.validation, "test": self.test}

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name} {len(part):,}" for name, part in self.subsets.items())
        return f"Dataset({self.name!r}, {'x'.join(str(side) for side in self.data_shape)}: {sizes})"


def assemble_dataset(
    examples: Examples, split: Split, name: str, source: str, options: dict[str, OptionValue]
) -> Dataset:
    """Cuts the examples where `split` says.

    Args:
        examples: what a reader handed over.
        split: indices in them.
        name: the short name.
        source: what to give `load` again.
        options: the options of `load` as they were resolved.

    Returns:
        The data set; its parts are copies, so that the examples can be forgotten.
    """
    return Dataset(
        name=name,
        source=source,
        train=_take_subset(examples, split.train, stochastic=examples.stochastic),
        validation=_binarize_once(_take_subset(examples, split.validation), examples, "validation"),
        test=_binarize_once(_take_subset(examples, split.test), examples, "test"),
        split=split,
        values=examples.values,
        classes=examples.classes,
        notes=examples.notes,
        skipped=examples.skipped,
        fingerprint=fingerprint(examples.x, examples.labels, *([] if examples.target is None else [examples.target])),
        options=options,
        files=examples.files,
    )


def _take_subset(examples: Examples, indices: Tensor, *, stochastic: bool = False) -> Subset:
    labels = None if examples.labels is None else examples.labels[indices]
    context = None if examples.context is None else examples.context[indices]
    target = None if examples.target is None else examples.target[indices]
    return Subset(examples.x[indices], labels, context, stochastic, target)


def _binarize_once(part: Subset, examples: Examples, name: str) -> Subset:
    """A held-out part of probabilities, drawn once with a seed that never changes, so that numbers can be compared."""
    if not examples.stochastic:
        return part
    generator = torch.Generator().manual_seed(_BINARIZATION_SEEDS[name])
    drawn = torch.rand(part.x.shape, generator=generator) < part.inputs()
    return replace(part, x=drawn.to(torch.uint8) * 255)


_BINARIZATION_SEEDS = {"validation": 11, "test": 12}


def fingerprint(*tensors: Shaped[Tensor, "..."] | None) -> str:
    """SHA-256 over type, shape and bytes of each tensor, so that a run can tell that its data changed.

    Args:
        tensors: the examples, then the labels; None where there are none.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for tensor in tensors:
        for piece in _pieces(tensor):
            digest.update(piece)
    return digest.hexdigest()


def _pieces(tensor: Tensor | None) -> Iterator[bytes | memoryview]:
    if tensor is None:
        yield b"none;"
        return
    yield f"{tensor.dtype} {tuple(tensor.shape)};".encode()
    yield tensor.contiguous().numpy().data.cast("B")
