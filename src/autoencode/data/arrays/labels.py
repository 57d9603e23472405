"""Labels from an array of whole numbers or of words."""

import numpy as np
import torch
from jaxtyping import Int64
from torch import Tensor

from autoencode.data.values import Array
from autoencode.errors import DataError

Labels = tuple[Int64[Tensor, " n"] | None, tuple[str, ...] | None, tuple[str, ...]]


def read_labels(array: Array, n: int, key: str) -> Labels:
    """Reads labels, one for each example.

    Args:
        array: whole numbers or words, (n,) or (n, 1).
        n: how many examples there are.
        key: the array's name, for messages and notes.

    Returns:
        The labels or None, the names of the classes where they were words, and notes: anything else than whole numbers
        and words (measurements to predict, say) is not used, and a note says so.

    Raises:
        DataError: another number of labels than of examples.
    """
    if array.ndim == 0 or len(array) != n:
        raise DataError(f"'{key}' holds labels of shape {array.shape} for {n:,} examples; expected ({n},)")
    flat = array.reshape(n, -1)
    if flat.shape[1] != 1:
        return None, None, (f"'{key}' of shape {array.shape} is not one label for each example, and is not used",)
    return _read(flat[:, 0], key)


def _read(array: Array, key: str) -> Labels:
    if array.dtype.kind in "US":
        words, indices = np.unique(array, return_inverse=True)
        return torch.from_numpy(indices.astype(np.int64)), tuple(str(word) for word in words), ()
    if array.dtype.kind not in "buif" or not (np.isfinite(array) & (np.rint(array) == array)).all():
        return None, None, (f"'{key}' holds no whole numbers, and is not used as labels",)
    return torch.from_numpy(array.astype(np.int64)), None, ()
