"""Whether this library's kernels are recorded as operators of a graph."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

_tracing = ContextVar("tracing", default=False)


@contextmanager
def trace_custom_ops() -> Generator[None]:
    """Within, kernels are called as PyTorch's custom operators, which a graph of `torch.fx` can hold."""
    before = _tracing.set(True)
    try:
        yield
    finally:
        _tracing.reset(before)


def is_tracing_custom_ops() -> bool:
    """Whether the caller is within `trace_custom_ops`."""
    return _tracing.get()
