"""Builds what a run folder names, and nothing that is larger than the folder's weights."""

import threading
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn.modules import module as hooks

from autoencode.errors import AutoencodeError, RunError
from autoencode.runs.checked import one_line
from autoencode.runs.tensor_file import check_shapes, read_header

_TIMES, _SLACK = 4, 2**30
"""A model is built twice, and beside it an objective may have networks of its own."""
_MAX_MODULES = 50_000
_FAILURES = (AutoencodeError, TypeError, ValueError, RuntimeError, ArithmeticError, LookupError, MemoryError)

T = TypeVar("T")


def build_checked(
    make: Callable[[], T], weights: Path | None, name: str, *, module: Callable[[T], nn.Module] | None
) -> T:
    """What a function builds from arguments that a stranger may have written.

    Where the weights are known, it is first built without memory and compared with them.

    Args:
        make: builds it, with fresh weights.
        weights: the file that holds the trained weights, or None where there is none yet.
        name: of what is opened, for the message.
        module: gives the part that the weights are of; None where they are of another size.

    Returns:
        What `make` gave.

    Raises:
        RunError: arguments without a meaning, or another model than that of the weights.
    """
    header = None if weights is None else read_header(weights)
    try:
        with limit_modules(_SLACK if header is None else _TIMES * header.n_bytes + _SLACK, name):
            if header and module and weights and (skeleton := _without_memory(make)) is not None:
                check_shapes(module(skeleton), header.shapes, weights)
            return make()
    except RunError:
        raise
    except _FAILURES as error:
        reason = str(error) if isinstance(error, AutoencodeError) else f"{type(error).__name__}: {error}"
        raise RunError(f"{name} cannot be opened: {one_line(reason)}") from error


def _without_memory(make: Callable[[], T]) -> T | None:
    """It on PyTorch's device "meta"; None where an operation needs values, as the masks of a flow do."""
    try:
        with torch.device("meta"):
            return make()
    except RunError:
        raise
    except _FAILURES:  # the second attempt says why, if it was not the device
        return None


@contextmanager
def limit_modules(max_bytes: int, name: str) -> Generator[None]:
    """Inside the block, this thread builds modules of at most so many bytes.

    Parameters and buffers are counted when a module gets them; PyTorch's layers fill their memory after that.

    Args:
        max_bytes: of all parameters and buffers together.
        name: of what is built, for the message.

    Raises:
        RunError: more, or more than 50,000 modules.
    """
    thread, n_bytes, n_modules = threading.get_ident(), 0, 0

    def count_tensor(_: nn.Module, __: str, value: object) -> None:
        nonlocal n_bytes
        if threading.get_ident() == thread and isinstance(value, Tensor):
            n_bytes += value.numel() * value.element_size()
        if n_bytes > max_bytes:
            raise RunError(f"{name} names a model that is larger than its weights: over {max_bytes:,} bytes")

    def count_module(*_: object) -> None:
        nonlocal n_modules
        n_modules += threading.get_ident() == thread
        if n_modules > _MAX_MODULES:
            raise RunError(f"{name} names a model with over {_MAX_MODULES:,} layers")

    with ExitStack() as registered:
        registered.enter_context(hooks.register_module_parameter_registration_hook(count_tensor))
        registered.enter_context(hooks.register_module_buffer_registration_hook(count_tensor))
        registered.enter_context(hooks.register_module_module_registration_hook(count_module))
        yield
