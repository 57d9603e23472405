"""Data: examples from registered sets, folders of pictures and arrays, cut into parts and dealt out in batches."""

from autoencode.data import sets as _sets
from autoencode.data.batch import Batch
from autoencode.data.batches import Batches, sequential_batches
from autoencode.data.cutting import OfficialSplit, split_indices
from autoencode.data.dataset import Dataset
from autoencode.data.examples import Examples, SkippedFile
from autoencode.data.finding import is_media_path
from autoencode.data.fingerprint import fingerprint
from autoencode.data.loading import load
from autoencode.data.part import Subset, to_unit_floats, evenly_spaced_indices
from autoencode.data.peek import is_picture_source, inspect_shape
from autoencode.data.registered import DatasetEntry, datasets
from autoencode.data.seeds import derive_seed
from autoencode.data.split import Split
from autoencode.data.turned import augment
from autoencode.data.values import ValueRange

__all__ = [
    "Batch",
    "Batches",
    "Dataset",
    "Examples",
    "OfficialSplit",
    "Subset",
    "DatasetEntry",
    "SkippedFile",
    "Split",
    "ValueRange",
    "split_indices",
    "datasets",
    "fingerprint",
    "is_picture_source",
    "sequential_batches",
    "to_unit_floats",
    "is_media_path",
    "load",
    "derive_seed",
    "inspect_shape",
    "evenly_spaced_indices",
    "augment",
]

del _sets
