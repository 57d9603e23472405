"""One part of a data set: the examples to train, to validate or to test with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import torch
from jaxtyping import Float32, Int64, Shaped
from torch import Tensor

_CHUNK_BYTES = 2**25
Index = slice | Tensor | list[int]
_ALL = slice(None)


@dataclass(frozen=True, eq=False)
class Subset:
    """Some examples as they lie in memory, and their labels.

    Args:
        x: the examples, (n, *data_shape): uint8, where a number means value / 255, or float32 in the model's units.
        labels: one class for each example, (n,), or None.
        context: what conditional parts are given for each example, (n, ...), stored as `x` is; None where there is none
            besides the labels.
        stochastic: the values are probabilities, and a black-and-white picture is sampled whenever an example is
            trained on.
        target: what the model should make of each example, stored as `x` is; None where that is the example itself.
            Of masks a plane for each class.

    Example:
        >>> subset = Subset(torch.tensor([[0, 255], [51, 102]], dtype=torch.uint8))
        >>> len(subset), subset.inputs().tolist()[0]
        (2, [0.0, 1.0])
    """

    x: Shaped[Tensor, "n *data_shape"]
    labels: Int64[Tensor, " n"] | None = None
    context: Shaped[Tensor, "n ..."] | None = None
    stochastic: bool = False
    target: Shaped[Tensor, "n ..."] | None = None

    def __len__(self) -> int:
        return self.x.shape[0]

    def __getitem__(self, index: Index) -> "Subset":
        """Some of the examples, with all that belongs to them."""
        labels = None if self.labels is None else self.labels[index]
        context = None if self.context is None else self.context[index]
        target = None if self.target is None else self.target[index]
        return Subset(self.x[index], labels, context, self.stochastic, target)

    def to(self, device: str | torch.device) -> "Subset":
        """The same examples, with all that belongs to them, in the memory of a device."""
        moved = {name: value.to(device) for name, value in self.tensors().items()}
        return replace(self, **moved)

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the examples take, with all that belongs to them."""
        return sum(value.nbytes for value in self.tensors().values())

    def tensors(self) -> dict[str, Tensor]:
        """All that belongs to the examples, by the name of its field."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, Tensor)}

    def chunks(self) -> Iterator[slice]:
        """The examples in chunks that take 32 MiB at most in the model's units, however large the whole is."""
        size = max(1, _CHUNK_BYTES // max(1, 4 * self.x[:1].numel()))
        return (slice(start, min(start + size, len(self))) for start in range(0, len(self), size))

    def subsample(self, n: int) -> "Subset":
        """`n` examples at even distances, or all where there are no more: the first ones may be all of one class."""
        return self if n >= len(self) else self[evenly_spaced_indices(len(self), n)]

    @property
    def data_shape(self) -> tuple[int, ...]:
        """The shape of one example: (channels, height, width) or (dimensions,)."""
        return tuple(self.x.shape[1:])

    def conditioning(self, index: Index = _ALL) -> Shaped[Tensor, "m ..."] | None:
        """What conditional parts are given: the context in the model's units, else the labels, else None."""
        if self.context is None:
            return None if self.labels is None else self.labels[index]
        rows = self.context[index]
        return rows if rows.dtype == torch.int64 else to_unit_floats(rows)

    def targets(self, index: Index = _ALL) -> Float32[Tensor, "m ..."] | None:
        """What the model should make of the examples, in its units; None where that is the examples themselves."""
        return None if self.target is None else to_unit_floats(self.target[index])

    def inputs(self, index: Index = _ALL) -> Float32[Tensor, "m *data_shape"]:
        """Examples in the model's units: uint8 divided by 255, floats as they are.

        Args:
            index: which ones, as a slice, a list or an int64 tensor; all of them where it is left out.

        Returns:
            float32, (m, *data_shape).
        """
        return to_unit_floats(self.x[index])


def concatenate(subsets: Sequence[Subset]) -> Subset:
    """The examples of several subsets of one data set, one subset after the other.

    Args:
        subsets: one or more.
    """
    named = [subset.tensors() for subset in subsets]
    joined = {name: torch.cat([tensors[name] for tensors in named]) for name in named[0]}
    return replace(subsets[0], **joined)


def evenly_spaced_indices(n: int, most: int) -> Int64[Tensor, " places"]:
    """`most` of the places 0 … n − 1 at even distances, or all where there are no more.

    Example:
        >>> evenly_spaced_indices(10, 4).tolist(), evenly_spaced_indices(2, 4).tolist()
        ([0, 2, 5, 7], [0, 1])
    """
    count = min(n, most)
    return torch.arange(count) * n // max(1, count)


def to_unit_floats(x: Shaped[Tensor, "n *data_shape"]) -> Float32[Tensor, "n *data_shape"]:
    """Stored examples in the model's units; pictures come channels-last in memory, which convolutions prefer."""
    layout = torch.channels_last if x.ndim == 4 else torch.contiguous_format
    if x.dtype == torch.uint8:
        return x.to(torch.float32, memory_format=layout).div_(255)
    return x.to(torch.float32, memory_format=layout)
