"""The data sets that have a name, one file each; importing this enters them into `datasets`."""

from autoencode.data.published.sets.binarized_mnist import binarized_mnist
from autoencode.data.published.sets.digits import digits
from autoencode.data.published.sets.documents import documents, documents_typefaces
from autoencode.data.published.sets.drawn_cells import drawn_cells
from autoencode.data.published.sets.drawn_pages import drawn_pages
from autoencode.data.published.sets.dynamic_mnist import dynamic_mnist
from autoencode.data.published.sets.fashion_mnist import fashion_mnist
from autoencode.data.published.sets.floor_plans import floor_plans
from autoencode.data.published.sets.made_sentences import made_sentences
from autoencode.data.published.sets.made_tunes import made_tunes
from autoencode.data.published.sets.mnist import mnist

__all__ = [
    "binarized_mnist",
    "digits",
    "documents",
    "documents_typefaces",
    "drawn_cells",
    "drawn_pages",
    "dynamic_mnist",
    "fashion_mnist",
    "floor_plans",
    "made_sentences",
    "made_tunes",
    "mnist",
]
