"""The text format of the binarized MNIST: one line a picture, zeros and ones between spaces."""

import numpy as np
import numpy.typing as npt

from autoencode.errors import DataError


def read_amat(text: bytes, columns: int, what: str = "the file") -> npt.NDArray[np.uint8]:
    """Reads lines such as `0 1 1 0` without parsing a single number: each digit is every other byte.

    Args:
        text: the whole file.
        columns: how many digits a line has.
        what: the file's name, for the messages.

    Returns:
        Zeros and ones, (lines, columns).

    Raises:
        DataError: other text than that.

    Example:
        >>> read_amat(b"0 1\\n1 1\\n", columns=2).tolist()
        [[0, 1], [1, 1]]
    """
    if not text or len(text) % (2 * columns):
        raise DataError(f"{what} has {len(text):,} bytes; lines of {columns} digits have {2 * columns:,} each")
    pairs = np.frombuffer(text, dtype=np.uint8).reshape(-1, columns, 2)
    digits = pairs[..., 0] - np.uint8(ord("0"))
    if digits.max() > 1 or (pairs[:, :-1, 1] != ord(" ")).any() or (pairs[:, -1, 1] != ord("\n")).any():
        raise DataError(f"{what} is not made of lines of {columns} zeros and ones with one space between them")
    return digits
