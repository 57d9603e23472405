"""The small digits that come with scikit-learn: a data set without a download."""

import numpy as np
import torch

from autoencode.data.examples import Examples
from autoencode.data.published.cache import Fetch
from autoencode.data.published.dataset_registry import dataset
from autoencode.data.published.sets.mnist import DIGITS
from autoencode.data.values import ValueRange, as_tensor

_LEVELS = 16


@dataset(
    "digits",
    about="handwritten digits, 1,797 grey pictures of 8x8, 10 classes; comes with scikit-learn, nothing to download",
    home="https://archive.ics.uci.edu/dataset/80",
    licence="CC BY 4.0",
    data_shape=(1, 8, 8),
)
def digits(fetch: Fetch) -> Examples:
    """Reads the test part of the UCI digits, whose brightness has 17 levels, 0 to 16.

    References:
        Alpaydin and Kaynak, "Optical recognition of handwritten digits", UCI repository, 1998.
    """
    from sklearn.datasets import load_digits  # slow to import, and needed here only

    levels, labels = (np.asarray(array) for array in load_digits(return_X_y=True))
    pictures = np.rint(levels * (255 / _LEVELS)).astype(np.uint8).reshape(-1, 1, 8, 8)
    return Examples(
        x=as_tensor(pictures),
        values=ValueRange.BYTES,
        labels=torch.from_numpy(labels).to(torch.int64),
        classes=DIGITS,
        notes=("values 0-16, stored as 0-255 and divided by 255",),
    )
