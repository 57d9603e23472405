"""The static binarization of MNIST, on which likelihoods are compared."""

import numpy as np

from autoencode.data.arrays.amat import read_amat
from autoencode.data.examples import Examples
from autoencode.data.published.cache import Fetch
from autoencode.data.published.dataset_registry import dataset
from autoencode.data.published.download import RemoteFile
from autoencode.data.split import OfficialSplit
from autoencode.data.values import ValueRange, as_tensor

_URL = "http://www.cs.toronto.edu/~larocheh/public/datasets/binarized_mnist/"
_SIDE = 28


def _remote_file(part: str, sha256: str, pictures: int) -> RemoteFile:
    name = f"binarized_mnist_{part}.amat"
    return RemoteFile(name, _URL + name, sha256, size=pictures * 2 * _SIDE**2, gzipped_in_cache=True)


FILES = (
    _remote_file("train", "ad693b29f94c14277b095f5238ddefbbdaaae0939789dd2f4f0205278cee3e4d", 50_000),
    _remote_file("valid", "1de3d397c40fe8eeb33dafd4099a1f665ec01e96d9be234aaeeac8a34930e2e2", 10_000),
    _remote_file("test", "e6687bfea3f820c174f33b7865140b2a2dd2930ef786f35d45795fc193b5ab2c", 10_000),
)


@dataset(
    "binarized-mnist",
    about="handwritten digits in black and white, 70,000 pictures of 28x28, fixed binarization",
    home=_URL,
    licence="none stated",
    data_shape=(1, _SIDE, _SIDE),
)
def binarized_mnist(fetch: Fetch) -> Examples:
    """Reads the three official parts; all of them stay as they are.

    References:
        Salakhutdinov and Murray, "On the quantitative analysis of deep belief networks", ICML 2008.
        Larochelle and Murray, "The neural autoregressive distribution estimator", AISTATS 2011.
    """
    parts = [read_amat(fetch(file), _SIDE**2, file.name) for file in FILES]
    pictures = np.concatenate(parts).reshape(-1, 1, _SIDE, _SIDE)
    return Examples(
        x=as_tensor(pictures * np.uint8(255)),
        values=ValueRange.UNIT,
        official=OfficialSplit(validation=len(parts[1]), test=len(parts[2])),
        notes=("values 0 and 1 only, black and white", "all three parts are the official ones"),
    )
