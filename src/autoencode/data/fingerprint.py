"""A short name for exactly these examples."""

import hashlib
from collections.abc import Iterator

from jaxtyping import Shaped
from torch import Tensor


def fingerprint(*tensors: Shaped[Tensor, "..."] | None) -> str:
    """SHA-256 over type, shape and bytes of each tensor, so that a run can tell that its data changed.

    Args:
        tensors: the examples, then the labels; None where there are none.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for tensor in tensors:
        for piece in _pieces(tensor):
            digest.update(piece)
    return digest.hexdigest()


def _pieces(tensor: Tensor | None) -> Iterator[bytes | memoryview]:
    if tensor is None:
        yield b"none;"
        return
    yield f"{tensor.dtype} {tuple(tensor.shape)};".encode()
    yield tensor.contiguous().numpy().data.cast("B")
