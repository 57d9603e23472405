"""MNIST: handwritten digits."""

from autoencode.data.examples import Examples
from autoencode.data.published.cache import Fetch
from autoencode.data.published.dataset_registry import dataset
from autoencode.data.published.download import RemoteFile
from autoencode.data.published.sets.idx_pair import read_idx_files

_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"
DIGITS = tuple("0123456789")


def _remote_file(name: str, size: int, sha256: str) -> RemoteFile:
    return RemoteFile(name, _URL + name, sha256, size)


FILES = (
    _remote_file(
        "train-images-idx3-ubyte.gz", 9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
    ),
    _remote_file(
        "train-labels-idx1-ubyte.gz", 28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
    ),
    _remote_file(
        "t10k-images-idx3-ubyte.gz", 1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
    ),
    _remote_file(
        "t10k-labels-idx1-ubyte.gz", 4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
    ),
)


@dataset(
    "mnist",
    about="handwritten digits, 70,000 grey pictures of 28x28, 10 classes",
    home=_URL,
    licence="CC BY-SA 3.0 by common account",
    data_shape=(1, 28, 28),
)
def mnist(fetch: Fetch) -> Examples:
    """Reads the four official files.

    References:
        LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998.
    """
    return read_idx_files(fetch, FILES, DIGITS)
