"""Fashion-MNIST: pictures of clothes."""

from autoencode.data.examples import Examples
from autoencode.data.published.cache import Fetch
from autoencode.data.published.dataset_registry import dataset
from autoencode.data.published.download import RemoteFile
from autoencode.data.published.sets.idx_pair import read_idx_files

_URL = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
CLASSES = (
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)


def _remote_file(name: str, size: int, sha256: str) -> RemoteFile:
    return RemoteFile(name, _URL + name, sha256, size)


FILES = (
    _remote_file(
        "train-images-idx3-ubyte.gz", 26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"
    ),
    _remote_file(
        "train-labels-idx1-ubyte.gz", 29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"
    ),
    _remote_file(
        "t10k-images-idx3-ubyte.gz", 4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"
    ),
    _remote_file(
        "t10k-labels-idx1-ubyte.gz", 5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"
    ),
)


@dataset(
    "fashion-mnist",
    about="clothes, 70,000 grey pictures of 28x28, 10 classes",
    home="https://github.com/zalandoresearch/fashion-mnist",
    licence="MIT",
    data_shape=(1, 28, 28),
)
def fashion_mnist(fetch: Fetch) -> Examples:
    """Reads the four official files.

    References:
        Xiao, Rasul and Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms",
        arXiv:1708.07747, 2017.
    """
    return read_idx_files(fetch, FILES, CLASSES)
