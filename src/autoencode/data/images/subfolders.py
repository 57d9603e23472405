"""Classes from the names of subfolders."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

_FEWEST = 2


def subfolder_labels(files: Sequence[Path]) -> tuple[Tensor | None, tuple[str, ...] | None]:
    """One class for each top-level subfolder, where every file lies in one and there are at least two.

    Args:
        files: paths inside the folder.

    Returns:
        Labels, int64 (n,), and the classes' names in order; or None twice.

    Example:
        >>> subfolder_labels([Path("cat/1.png"), Path("cat/2.png"), Path("dog/1.png")])
        (tensor([0, 0, 1]), ('cat', 'dog'))
        >>> subfolder_labels([Path("1.png"), Path("dog/1.png")])
        (None, None)
    """
    if any(len(file.parts) < 2 for file in files):
        return None, None
    classes = sorted({file.parts[0] for file in files})
    if len(classes) < _FEWEST:
        return None, None
    number = {name: place for place, name in enumerate(classes)}
    return torch.tensor([number[file.parts[0]] for file in files]), tuple(classes)
