"""Steps whose operations are written down, for a compiler."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

_writing = ContextVar("writing", default=False)


@contextmanager
def written_down() -> Generator[None]:
    """Within, operations of this library's own are PyTorch's custom operators, which a graph of `torch.fx` can hold."""
    before = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(before)


def is_written_down() -> bool:
    """Whether somebody writes down what is computed here."""
    return _writing.get()
