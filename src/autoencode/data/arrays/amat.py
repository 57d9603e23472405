"""The text format of the binarized MNIST: one line a picture, zeros and ones between spaces."""

import numpy as np
import numpy.typing as npt

from autoencode.errors import DataError


def read_amat(text: bytes, columns: int, what: str = "the file") -> npt.NDArray[np.uint8]:
    """Reads lines such as `0 1 1 0` without parsing a single number.

    A digit and the byte after it are read as one 16-bit word. The exclusive or with the words of a line of zeros leaves
    the digit, or more than 1 where anything else stands there.

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
    zeros = np.frombuffer(b"0 " * (columns - 1) + b"0\n", dtype="<u2")
    digits = np.frombuffer(text, dtype="<u2").reshape(-1, columns) ^ zeros
    if digits.max() > 1:
        raise DataError(f"{what} is not made of lines of {columns} zeros and ones with one space between them")
    return digits.astype(np.uint8)
