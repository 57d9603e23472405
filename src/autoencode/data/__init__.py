"""Data: examples from registered sets, folders of pictures and arrays, cut into parts and dealt out in batches."""

from autoencode.data import sets as _sets
from autoencode.data.batch import Batch
from autoencode.data.batches import Batches, in_order
from autoencode.data.cutting import Official, cut
from autoencode.data.dataset import Dataset
from autoencode.data.examples import Examples, Skipped
from autoencode.data.finding import is_of_files
from autoencode.data.fingerprint import fingerprint
from autoencode.data.loading import load
from autoencode.data.part import Part, in_units, places_apart
from autoencode.data.peek import holds_pictures, peek_shape
from autoencode.data.registered import Registered, datasets
from autoencode.data.seeds import mix
from autoencode.data.split import Split
from autoencode.data.turned import turned
from autoencode.data.values import Values

__all__ = [
    "Batch",
    "Batches",
    "Dataset",
    "Examples",
    "Official",
    "Part",
    "Registered",
    "Skipped",
    "Split",
    "Values",
    "cut",
    "datasets",
    "fingerprint",
    "holds_pictures",
    "in_order",
    "in_units",
    "is_of_files",
    "load",
    "mix",
    "peek_shape",
    "places_apart",
    "turned",
]

del _sets
