"""A data set: examples in three parts, and the fingerprint by which they are recognised."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from jaxtyping import Shaped
from torch import Tensor

from autoencode.data.examples import Examples, OptionValue, SkippedFile
from autoencode.data.masks.mask_classes import MaskClasses
from autoencode.data.modality import Modality, modality_of
from autoencode.data.shards.file_rows import FileRows
from autoencode.data.split import Split
from autoencode.data.standardisation import (
    Standardisation,
    column_means,
    constant_columns_note,
    fill_missing,
    known_shares,
)
from autoencode.data.subset import Subset
from autoencode.data.tables.columns import Columns
from autoencode.data.text.vocabulary import Vocabulary
from autoencode.data.values import ValueRange

_BINARIZATION_SEEDS = {"validation": 11, "test": 12}
_MOST_ROWS, _LARGE_ROW = 0.9, 1024
"""Memory is rearranged where the parts have nine tenths of the rows, and rows are of a kilobyte or more."""
_MOST_DISPLAYED = 10_000
_SHOWN = 5


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples in three parts, with all that a run must know to find them again.

    Args:
        name: a short name, such as "fashion-mnist" or the folder's name.
        source: what to give `load` again: a registered name or an absolute path; "" for an array in memory.
        train: the examples to train with.
        validation: the examples that choose between models.
        test: the examples that the chosen model is tested on.
        split: where the parts lie in the whole array, and the seed that chose them.
        values: what the stored numbers mean.
        classes: the names of the classes 0, 1, …, or None.
        notes: one-line facts that a person must be shown.
        skipped: files that were left out, and why.
        fingerprint: SHA-256 of all examples and labels, in hexadecimal.
        options: what `load(source, **options)` needs to give the same again; JSON holds it without loss.
        files: the path of each example of the whole array inside its folder, or None; `split` points into it.
        display_range: the numbers that are drawn black and white, in the units of `train.x`: 0 and 1, or the smallest
            and the largest number of the training part where numbers are no brightness.
        standardisation: what brought the columns of vectors to mean 0 and standard deviation 1, or None.
        colourises: whether every picture is grey although targets are in colour.
        columns: of a table, or None.
        vocabulary: of text, or None: what occurs twice or more in the training part.
        attributes: the values of each attribute by its name, or None; the context of examples is their places.
        masks: the classes of masks, whose planes are the targets; or None.
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
    display_range: tuple[float, float] = (0.0, 1.0)
    standardisation: Standardisation | None = None
    colourises: bool = False
    columns: Columns | None = None
    attributes: dict[str, tuple[str, ...]] | None = None
    vocabulary: Vocabulary | None = None
    masks: MaskClasses | None = None

    @property
    def data_shape(self) -> tuple[int, ...]:
        """The shape of one example: (channels, height, width) or (dimensions,)."""
        return self.train.data_shape

    @property
    def modality(self) -> Modality:
        """What an example is."""
        return modality_of(self.data_shape, self.options, self.display_range, self.columns, self.vocabulary)

    @property
    def subsets(self) -> dict[str, Subset]:
        """The three parts by their names."""
        return {"train": self.train, "validation": self.validation, "test": self.test}

    def names(self, part: str) -> list[str]:
        """The name of each example of a part: its file, or `train:1` and so on, as commands take it.

        Args:
            part: "train", "validation" or "test".
        """
        if self.files is None:
            return [f"{part}:{number}" for number in range(1, len(self.subsets[part]) + 1)]
        return [self.files[index] for index in getattr(self.split, part).tolist()]

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name} {len(part):,}" for name, part in self.subsets.items())
        return f"Dataset({self.name!r}, {'x'.join(str(side) for side in self.data_shape)}: {sizes})"


def assemble_dataset(
    examples: Examples, split: Split, name: str, source: str, options: dict[str, OptionValue]
) -> Dataset:
    """Divides the examples as `split` says.

    Args:
        examples: what a reader handed over; where it is their owner, their memory is rearranged rather than copied.
        split: indices in them.
        name: the short name.
        source: what to give `load` again.
        options: the options of `load` as they were resolved.
    """
    further = [] if examples.target is None else [examples.target]
    if examples.values.standardised:  # other examples than the same numbers kept as they are
        further.append(torch.empty(0))
    if examples.attributes is not None and examples.context is not None:
        further.append(examples.context)
    digest = fingerprint(examples.x, examples.labels, *further)
    parts, standardisation, notes = _take_parts(examples, split), None, ()
    if examples.values.standardised:
        parts, standardisation, notes = _standardised(parts, examples.columns)
    vocabulary = examples.vocabulary
    if vocabulary is not None:
        learned = vocabulary.learned({name: part.x for name, part in parts.items()})
        parts = {name: replace(part, x=learned.rows[name]) for name, part in parts.items()}
        vocabulary, notes = learned.vocabulary, learned.notes
    display = _display_range(parts["train"], examples)
    drawn = (
        display != (0, 1)
        and modality_of(
            parts["train"].data_shape, examples.options, columns=examples.columns, vocabulary=vocabulary
        ).spatial
    )
    shown = (f"pictures show {display[0]:g} as black and {display[1]:g} as white",) if drawn else ()
    return Dataset(
        name=name,
        source=source,
        train=parts["train"],
        validation=_binarize_once(parts["validation"], examples, "validation"),
        test=_binarize_once(parts["test"], examples, "test"),
        split=split,
        values=examples.values,
        classes=examples.classes,
        notes=(*examples.notes, *notes, *shown, *_held_out_classes_note(parts["train"], examples)),
        skipped=examples.skipped,
        fingerprint=digest,
        options=options,
        files=examples.files,
        display_range=display,
        standardisation=standardisation,
        colourises=examples.colourises,
        columns=examples.columns,
        attributes=examples.attributes,
        vocabulary=vocabulary,
        masks=examples.masks,
    )


def _standardised(
    parts: dict[str, Subset], columns: Columns | None
) -> tuple[dict[str, Subset], Standardisation, tuple[str, ...]]:
    """The parts in the model's units by the training rows, what brings them there, and what must be shown.

    Of a table, missing numbers are filled first, and indicators of categories stay 0 and 1.
    """
    kept = names = known = None
    if columns is not None:
        means, known = column_means(parts["train"].x), known_shares(parts["train"].x)
        parts = {name: replace(part, x=fill_missing(part.x, means)) for name, part in parts.items()}
        kept, names = torch.from_numpy(columns.indicators), columns.value_names
    standardisation = Standardisation.of(parts["train"].x, kept, known)
    notes = constant_columns_note(parts["train"].x, names)
    return (
        {name: replace(part, x=_applied(standardisation, part.x)) for name, part in parts.items()},
        standardisation,
        notes,
    )


def _applied(standardisation: Standardisation, x: Tensor) -> Tensor:
    return x.transformed(standardisation.apply) if isinstance(x, FileRows) else standardisation.apply(x)


def _display_range(train: Subset, examples: Examples) -> tuple[float, float]:
    if examples.values.high is not None or not len(train):
        return 0.0, 1.0
    x = train.subsample(_MOST_DISPLAYED).x if isinstance(train.x, FileRows) else train.x
    low, high = float(x.min()), float(x.max())
    return low, high if high > low else low + 1


def _held_out_classes_note(train: Subset, examples: Examples) -> tuple[str, ...]:
    """A line about classes that have no example to learn from."""
    if train.labels is None or examples.classes is None:
        return ()
    seen = set(train.labels.unique().tolist())
    missing = [name for number, name in enumerate(examples.classes) if number not in seen]
    return (f"no training example is of class {', '.join(missing[:_SHOWN])}",) if missing else ()


def _take_parts(examples: Examples, split: Split) -> dict[str, Subset]:
    """The three parts: slices of rearranged memory where that saves much of it, copies otherwise."""
    parts = {"train": split.train, "validation": split.validation, "test": split.test}
    order = torch.cat(list(parts.values()))
    if not _is_worth_rearranging(examples, order):
        return {name: _take_subset(examples, examples, indices, indices, name) for name, indices in parts.items()}
    arranged = replace(
        examples,
        x=permute_rows(examples.x, order),
        target=None if examples.target is None else permute_rows(examples.target, order),
    )
    ends = torch.tensor([len(indices) for indices in parts.values()]).cumsum(0).tolist()
    rows = [slice(end - len(indices), end) for end, indices in zip(ends, parts.values(), strict=True)]
    return {
        name: _take_subset(examples, arranged, indices, own, name)
        for (name, indices), own in zip(parts.items(), rows, strict=True)
    }


def _is_worth_rearranging(examples: Examples, order: Tensor) -> bool:
    enough = len(order) >= _MOST_ROWS * len(examples.x) and examples.x[:1].nbytes >= _LARGE_ROW
    return examples.owned and enough and examples.x.is_contiguous()


def _take_subset(examples: Examples, arranged: Examples, indices: Tensor, rows: Tensor | slice, part: str) -> Subset:
    """A part: its examples and targets are at `rows` of `arranged`, what belongs to them is at `indices`."""
    labels = None if examples.labels is None else examples.labels[indices]
    context = None if examples.context is None else examples.context[indices]
    target = None if arranged.target is None else arranged.target[rows]
    return Subset(arranged.x[rows], labels, context, examples.stochastic and part == "train", target)


def permute_rows(x: Shaped[Tensor, "n ..."], order: Shaped[Tensor, " m"]) -> Shaped[Tensor, "n ..."]:
    """Rearranges rows in their own memory: afterwards row i is what row `order[i]` was; the last rows are the others.

    Args:
        x: contiguous, on the processor.
        order: different rows, m of n.

    Returns:
        `x`.
    """
    rest = torch.ones(len(x), dtype=torch.bool)
    rest[order] = False
    source = torch.cat([order, rest.nonzero()[:, 0]]).tolist()
    rows, moved = x.numpy(), bytearray(len(x))
    for start in range(len(source)):
        if moved[start] or source[start] == start:
            continue
        kept, place = rows[start].copy(), start
        while (following := source[place]) != start:
            rows[place] = rows[following]
            moved[place], place = 1, following
        rows[place], moved[place] = kept, 1
    return x


def _binarize_once(part: Subset, examples: Examples, name: str) -> Subset:
    """A held-out part of probabilities, sampled once with a fixed seed, so that numbers can be compared."""
    if not examples.stochastic:
        return part
    generator = torch.Generator().manual_seed(_BINARIZATION_SEEDS[name])
    drawn = torch.rand(part.x.shape, generator=generator) < part.inputs()
    return replace(part, x=drawn.to(torch.uint8) * 255)


def fingerprint(*tensors: Shaped[Tensor, "..."] | None) -> str:
    """SHA-256 over type, shape and bytes of each tensor, by which a run notices that its data changed.

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
    if isinstance(tensor, FileRows):
        yield tensor.digest.encode()
        return
    yield tensor.contiguous().numpy().data.cast("B")
