"""MNIST with dynamic binarization: the other set on which likelihoods are compared."""

from dataclasses import replace

from autoencode.data.examples import Examples
from autoencode.data.published.cache import Fetch
from autoencode.data.published.dataset_registry import dataset, datasets
from autoencode.data.published.sets.mnist import mnist


@dataset(
    "dynamic-mnist",
    about="handwritten digits in black and white, sampled anew in every epoch (dynamic binarization), 10 classes",
    home=datasets["mnist"].home,
    licence=datasets["mnist"].licence,
    data_shape=(1, 28, 28),
    folder="mnist",
)
def dynamic_mnist(fetch: Fetch) -> Examples:
    """MNIST with grey values as probabilities; the held-out parts are drawn once, with seeds that never change.

    References:
        Burda, Grosse and Salakhutdinov, "Importance weighted autoencoders", ICLR 2016, section 5.
    """
    examples = mnist(fetch)
    notes = ("grey values are probabilities, from which black-and-white pictures are drawn", examples.notes[-1])
    return replace(examples, stochastic=True, notes=notes)
