"""Steps whose operations are written down, for a compiler."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

_tracing = ContextVar("writing", default=False)


@contextmanager
def trace_custom_ops() -> Generator[None]:
    """Within, operations of this library's own are PyTorch's custom operators, which a graph of `torch.fx` can hold."""
    before = _tracing.set(True)
    try:
        yield
    finally:
        _tracing.reset(before)


def is_tracing_custom_ops() -> bool:
    """Whether somebody writes down what is computed here."""
    return _tracing.get()
