"""What a lowering is, and the table of those that the page has kernels for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from torch import Tensor


@dataclass(frozen=True)
class Call:
    """One call of an operation.

    Args:
        name: without namespace and overload, such as "relu".
        func: the operation itself.
        arguments: by name, defaults filled in.
        args: as they came.
        kwargs: and these.
        out: the result.
    """

    name: str
    func: Any
    arguments: dict[str, Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    out: Any

    def __getitem__(self, name: str) -> Any:
        return self.arguments[name]


@runtime_checkable
class GraphBuilder(Protocol):
    """What takes the steps; see `Tracer`."""

    def depends_on_code(self, value: Any) -> bool:
        """Whether this depends on the code."""
        ...

    def number(self, value: Tensor) -> int:
        """The number of a value."""
        ...

    def constant(self, value: Tensor) -> int:
        """Keeps a weight, gives its number."""
        ...

    def step(self, op: str, inputs: Sequence[int], shape: Sequence[int], **attributes: Any) -> int:
        """Adds a step, gives the number of its value."""
        ...

    def bind(self, tensor: Tensor, number: int) -> None:
        """Says which value a tensor is."""
        ...


Lowering = Callable[[GraphBuilder, Call], None]
"""Adds the steps of a call, and binds its result."""

operations: dict[str, Lowering] = {}


def supported_operations() -> list[str]:
    """The names of all operations that a decoder may use."""
    return sorted(operations)


def register_lowering(*names: str) -> Callable[[Lowering], Lowering]:
    """A decorator that enters a function for operations of these names."""

    def enter(lowering: Lowering) -> Lowering:
        operations.update(dict.fromkeys(names, lowering))
        return lowering

    return enter


class UnsupportedOperationError(Exception):
    """A use of an operation that the page has no kernel for."""


def unsupported(call: Call, why: str) -> UnsupportedOperationError:
    """What to raise for such a use."""
    return UnsupportedOperationError(f"'{call.name}' with {why}")
