"""The data sets that have a name, one file each; importing this enters them into `datasets`."""

from autoencode.data.sets.binarized_mnist import binarized_mnist
from autoencode.data.sets.digits import digits
from autoencode.data.sets.documents import documents, documents_typefaces
from autoencode.data.sets.dynamic_mnist import dynamic_mnist
from autoencode.data.sets.fashion_mnist import fashion_mnist
from autoencode.data.sets.floor_plans import floor_plans
from autoencode.data.sets.mnist import mnist

__all__ = [
    "binarized_mnist",
    "digits",
    "documents",
    "documents_typefaces",
    "dynamic_mnist",
    "fashion_mnist",
    "floor_plans",
    "mnist",
]
