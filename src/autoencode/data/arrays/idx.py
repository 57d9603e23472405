"""IDX, the format in which MNIST and its relatives are published."""

import math
import struct

import numpy as np
import numpy.typing as npt

from autoencode.data.arrays.gunzip import gunzip, gunzip_start
from autoencode.errors import DataError

_UINT8 = 8
_MOST_AXES = 4
_MOST_BYTES = 2**31


def read_idx(packed: bytes, what: str = "the file") -> npt.NDArray[np.uint8]:
    """Reads a gzipped IDX file of bytes.

    Its header is two zero bytes, the type (8: bytes), the number of axes, then each axis as four bytes, highest first.

    Args:
        packed: the gzipped file.
        what: the file's name, for the messages.

    Returns:
        The array that the header announces, of any shape up to four axes.

    Raises:
        DataError: no IDX file of bytes, or one whose size is not what its header says.

    References:
        LeCun, Cortes and Burges, "The MNIST database", section "File formats".
    """
    shape = _shape(gunzip_start(packed, 4 + 4 * _MOST_AXES, what), what)
    start, count = 4 + 4 * len(shape), math.prod(shape)
    if count > _MOST_BYTES:
        raise DataError(f"{what} announces {count:,} bytes, more than any IDX file of this kind holds")
    content = gunzip(packed, start + count, what)
    if len(content) != start + count:
        raise DataError(f"{what} is cut off: {len(content):,} bytes where its header announces {start + count:,}")
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)


def _shape(header: bytes, what: str) -> tuple[int, ...]:
    axes = header[3] if len(header) >= 4 else 0
    if header[:3] != bytes([0, 0, _UINT8]) or not 1 <= axes <= _MOST_AXES or len(header) < 4 + 4 * axes:
        raise DataError(f"{what} is no IDX file of bytes: it begins with {header[:4].hex() or 'nothing'}")
    return struct.unpack(f">{axes}I", header[4 : 4 + 4 * axes])
