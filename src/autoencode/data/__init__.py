"""Data: examples from registered sets, folders of pictures and arrays, cut into parts and dealt out in batches."""

from autoencode.data.augmentation import Augmentation, check_augmentation
from autoencode.data.batch import Batch
from autoencode.data.batches import Batches, sequential_batches
from autoencode.data.dataset import Dataset, fingerprint
from autoencode.data.examples import Examples, SkippedFile
from autoencode.data.inspect_source import inspect_shape, is_picture_source, recipe_kind_of
from autoencode.data.loading import load
from autoencode.data.modality import (
    Clips,
    ImageModality,
    Modality,
    Pictures,
    TableRows,
    TextLines,
    Vectors,
    modality_of,
)
from autoencode.data.published import sets as _sets
from autoencode.data.published.dataset_registry import DatasetEntry, datasets
from autoencode.data.resolve import is_media_path, is_volume_path
from autoencode.data.split import OfficialSplit, Split, split_indices
from autoencode.data.standardisation import Standardisation
from autoencode.data.subset import Subset, concatenate, evenly_spaced_indices, to_unit_floats
from autoencode.data.tables.columns import Columns
from autoencode.data.values import ValueRange

__all__ = [
    "Batch",
    "Batches",
    "Clips",
    "Columns",
    "Dataset",
    "Examples",
    "ImageModality",
    "Modality",
    "OfficialSplit",
    "Pictures",
    "Subset",
    "TableRows",
    "DatasetEntry",
    "SkippedFile",
    "Split",
    "Standardisation",
    "ValueRange",
    "Vectors",
    "split_indices",
    "concatenate",
    "datasets",
    "fingerprint",
    "is_picture_source",
    "sequential_batches",
    "to_unit_floats",
    "is_media_path",
    "is_volume_path",
    "load",
    "modality_of",
    "recipe_kind_of",
    "TextLines",
    "inspect_shape",
    "evenly_spaced_indices",
    "Augmentation",
    "check_augmentation",
]

del _sets
