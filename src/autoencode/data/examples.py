"""What a reader hands over, before it is cut into parts."""

from collections.abc import Callable
from dataclasses import dataclass, field

from jaxtyping import Int64, Shaped
from torch import Tensor

from autoencode.data.cutting import Official
from autoencode.data.values import Values

Option = str | int | float | list[int] | None
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Skipped:
    """A file that was left out, and why.

    Args:
        file: its path inside the folder, printable.
        reason: one line.
    """

    file: str
    reason: str


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
    values: Values
    labels: Int64[Tensor, " n"] | None = None
    classes: tuple[str, ...] | None = None
    official: Official = field(default_factory=Official)
    notes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    files: tuple[str, ...] | None = None
    options: dict[str, Option] = field(default_factory=dict[str, Option])
    context: Shaped[Tensor, "n ..."] | None = None
    stochastic: bool = False
    target: Shaped[Tensor, "n *data_shape"] | None = None
    groups: Int64[Tensor, " n"] | None = None
