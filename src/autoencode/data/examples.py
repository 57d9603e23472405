"""What a reader hands over, before it is cut into parts."""

from dataclasses import dataclass, field

from jaxtyping import Int64, Shaped
from torch import Tensor

from autoencode.data.split import OfficialSplit
from autoencode.data.values import ValueRange

OptionValue = str | int | float | list[int] | None


@dataclass(frozen=True)
class SkippedFile:
    """A file that was left out, and why.

    Args:
        file: its path inside the folder, printable.
        reason: one line.
    """

    file: str
    reason: str

    def __str__(self) -> str:
        return f"skipped {self.file}: {self.reason}"


@dataclass(frozen=True, eq=False)
class Examples:
    """All examples of a source in one array.

    Args:
        x: the examples as they are stored, (n, *data_shape): uint8 or float32.
        values: how the numbers of the source were read.
        labels: one class for each example, (n,), or None.
        classes: the names of the classes 0, 1, …, or None.
        official: the parts that the publisher fixed; they stand at the end of the array.
        notes: one-line facts that a person must be shown.
        skipped: files that were left out.
        files: where each example came from, or None.
        options: the reader's options as they were resolved.
        context: what conditional parts are given for each example, (n, ...), or None.
        stochastic: values are probabilities: training examples are drawn anew each time, held-out ones once.
        target: what should be made of each example, as `x`, or None where that is the example itself.
        groups: the picture that each example was cut from, (n,), counted from 0 in order: a picture is never in two
            parts. None where every example stands for itself.
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
    target: Shaped[Tensor, "n *data_shape"] | None = None
    groups: Int64[Tensor, " n"] | None = None
