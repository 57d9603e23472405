"""What MNIST and Fashion-MNIST share: four IDX files, pictures and labels, to train and to test."""

import numpy as np
import torch

from autoencode.data.arrays.idx import read_idx
from autoencode.data.examples import Examples
from autoencode.data.published.cache import Fetch
from autoencode.data.published.download import RemoteFile
from autoencode.data.split import OfficialSplit
from autoencode.data.values import ValueRange, as_tensor
from autoencode.errors import DataError

HELD_OUT = 5_000


def read_idx_files(fetch: Fetch, files: tuple[RemoteFile, ...], classes: tuple[str, ...]) -> Examples:
    """Reads the four files; the official test part stays as it is, and 5,000 others are held out for validation.

    Args:
        fetch: gets a file's verified content.
        files: training pictures and labels, test pictures and labels.
        classes: the names of the classes.

    Returns:
        uint8 pictures, (70000, 1, 28, 28), and their labels.
    """
    arrays = [read_idx(fetch(file), file.name) for file in files]
    _check_match(*arrays)
    pictures, labels = np.concatenate(arrays[0::2]), np.concatenate(arrays[1::2])
    return Examples(
        x=as_tensor(pictures[:, None]),
        values=ValueRange.BYTES,
        labels=torch.from_numpy(labels).to(torch.int64),
        classes=classes,
        official=OfficialSplit(test=len(arrays[2]), default_validation=HELD_OUT),
        notes=("values 0-255, divided by 255", "the test part is the official one"),
    )


def _check_match(x: np.ndarray, y: np.ndarray, x_test: np.ndarray, y_test: np.ndarray) -> None:
    if x.ndim != 3 or x_test.shape[1:] != x.shape[1:] or y.shape != x.shape[:1] or y_test.shape != x_test.shape[:1]:
        raise DataError(f"pictures {x.shape}, {x_test.shape} and labels {y.shape}, {y_test.shape} do not match")
