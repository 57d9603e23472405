"""What a reader hands over, before it is divided into parts."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from jaxtyping import Int64, Shaped
from torch import Tensor

from autoencode.data.masks.mask_classes import MaskClasses
from autoencode.data.split import OfficialSplit
from autoencode.data.tables.columns import Columns
from autoencode.data.text.vocabulary import Vocabulary
from autoencode.data.values import ValueRange

_SHOWN = 3
OptionValue = str | int | float | list[int] | None


@dataclass(frozen=True)
class SkippedFile:
    """A file that was left out, or several of one kind, and why.

    Args:
        file: its path inside the folder, printable; of several files what they have in common, such as ".NEF".
        reason: one line, with what can be done where something can.
        count: how many files.
    """

    file: str
    reason: str
    count: int = 1

    def inside(self, folder: Path) -> "SkippedFile":
        """The same, named from outside of the folder that it lies in."""
        name = f"{folder / self.file}" if self.count == 1 else f"{self.file} in {folder}"
        return replace(self, file=name if name.isprintable() else ascii(name)[1:-1])

    @property
    def words(self) -> str:
        """The same in a list: "a.png (damaged)", "30 .NEF (raw photographs; export them as TIFF or PNG)"."""
        return f"{self._files} ({self.reason})"

    @property
    def _files(self) -> str:
        return self.file if self.count == 1 else f"{self.count:,} {self.file}"

    def __str__(self) -> str:
        return f"skipped {self._files}: {self.reason}"


def count_files(skipped: Sequence[SkippedFile]) -> int:
    """How many files were left out."""
    return sum(skip.count for skip in skipped)


def list_skipped(skipped: Sequence[SkippedFile]) -> str:
    """The first reasons for which files were left out, those of most files first."""
    first = "; ".join(skip.words for skip in sorted(skipped, key=lambda skip: -skip.count)[:_SHOWN])
    return first + ("; …" if len(skipped) > _SHOWN else "")


def left_out_note(skipped: Sequence[SkippedFile]) -> tuple[str, ...]:
    """A line about files that were left out; none where there are none."""
    if not skipped:
        return ()
    n = count_files(skipped)
    return (f"left out {n:,} file{'s' if n > 1 else ''}: {list_skipped(skipped)}",)


@dataclass(frozen=True, eq=False)
class Examples:
    """All examples of a source in one array.

    Args:
        x: the examples as they are stored, (n, *data_shape): uint8 or float32; float64 where they will be standardised,
            with NaN where a number of a table is missing; int32 of tokens.
        values: how the numbers of the source were read.
        labels: one class for each example, (n,), or None.
        classes: the names of the classes 0, 1, …, or None.
        official: the parts that the data bring; they are the last examples.
        notes: one-line facts that a person must be shown.
        skipped: files that were left out.
        files: where each example came from, or None.
        options: the reader's options as they were resolved.
        context: what a conditional model is given with each example, (n, ...), or None.
        stochastic: values are probabilities: training examples are drawn anew each time, held-out ones once.
        target: what a model should make of each example, as `x`, or None where that is the example itself.
        masks: the classes of masks, whose planes, (n, classes, height, width), are the targets; or None.
        groups: the picture that each example was cut from, (n,), counted from 0 in order: a picture is never in two
            parts. None where every example stands for itself.
        colourises: whether every picture is grey although targets are in colour.
        columns: of a table, or None.
        vocabulary: of text: all its words or characters, of which training keeps the frequent ones; or None.
        attributes: the values of each attribute by its name, whose places are the context; or None.
        spans: of windows of frames in order, the first frame of each, the one after its last, and its sequence, (n, 3):
            parts are then divided by time, and share no frame. None where parts are chosen at random.
        owned: whether nothing else uses the memory of `x` and `target`, so that it can be rearranged.
    """

    x: Shaped[Tensor, "n *data_shape"]
    values: ValueRange
    labels: Int64[Tensor, " n"] | None = None
    classes: tuple[str, ...] | None = None
    official: OfficialSplit = field(default_factory=OfficialSplit)
    notes: tuple[str, ...] = ()
    skipped: tuple[SkippedFile, ...] = ()
    files: tuple[str, ...] | None = None
    options: dict[str, OptionValue] = field(default_factory=dict[str, OptionValue])
    context: Shaped[Tensor, "n ..."] | None = None
    stochastic: bool = False
    target: Shaped[Tensor, "n ..."] | None = None
    masks: MaskClasses | None = None
    groups: Int64[Tensor, " n"] | None = None
    colourises: bool = False
    columns: Columns | None = None
    vocabulary: Vocabulary | None = None
    attributes: dict[str, tuple[str, ...]] | None = None
    spans: Int64[Tensor, "n 3"] | None = None
    owned: bool = False
