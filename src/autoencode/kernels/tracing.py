"""Whether a layer is recorded: as operators of this library, or as PyTorch's own in a program to export."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

import torch

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


def is_exporting() -> bool:
    """Whether `torch.jit.trace` or `torch.export` records the caller, for a program of PyTorch's own operations."""
    return torch.compiler.is_exporting() or torch.jit.is_tracing()  # pyright: ignore[reportPrivateImportUsage]
