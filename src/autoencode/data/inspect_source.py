"""A cheap look at a source, before all of it is loaded."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from autoencode.data.arrays.layout import infer_layout
from autoencode.data.arrays.npy import ArrayHeader
from autoencode.data.content import suffix_of
from autoencode.data.formats import format_of, has_format
from autoencode.data.images.archive import is_picture_archive
from autoencode.data.loading import Source
from autoencode.data.modality import Chords, Pictures, SymbolMaps, TextLines, Tunes, Vectors, modality_of
from autoencode.data.music.chord_file import CHORD_SUFFIX
from autoencode.data.music.pieces import MUSIC, music_suits_chords
from autoencode.data.published.dataset_registry import datasets
from autoencode.data.resolve import is_registered
from autoencode.data.shards.find_shards import find_shards
from autoencode.data.sound.sounds import SOUND
from autoencode.data.tables.columns import is_frame
from autoencode.data.text.lines import TEXT, holds_maps
from autoencode.errors import CapabilityError, DataError, ShapeError


def inspect_shape(source: Source) -> tuple[int, ...] | None:
    """The shape of one example, without loading the examples.

    Args:
        source: what `load` takes.

    Returns:
        (channels, height, width) or (dimensions,); None where it takes more than a look: a folder of pictures (see
        `is_picture_source`), and whatever `load` would refuse, because `load` says better why.

    Example:
        >>> inspect_shape("fashion-mnist"), inspect_shape(np.zeros((5, 32, 32, 3))), inspect_shape("no-such-thing")
        ((1, 28, 28), (3, 32, 32), None)
    """
    if is_registered(source):
        return datasets[str(source)].data_shape
    try:
        header = _header(source)
        return None if header is None else infer_layout(header.shape, header.dtype).data_shape
    except (DataError, ShapeError, OSError, ValueError, RuntimeError, TypeError, CapabilityError):
        return None


def recipe_kind_of(source: Source) -> str:
    """The kind of data for which a recipe can be the default, by a quick look: images where nothing else is known."""
    if not is_registered(source) and (shards := find_shards(source)) is not None:
        return (Pictures if shards.hold_pictures else Vectors).recipe_kind
    if not is_registered(source) and TEXT.is_source(source):
        return SymbolMaps.recipe_kind if holds_maps(source) else TextLines.recipe_kind
    if not is_registered(source) and MUSIC.is_source(source):
        return Chords.recipe_kind if music_suits_chords(Path(str(source))) else Tunes.recipe_kind
    if not is_registered(source) and isinstance(source, str | Path) and suffix_of(Path(source)) == CHORD_SUFFIX:
        return Chords.recipe_kind
    shape = inspect_shape(source)
    return Pictures.recipe_kind if shape is None else modality_of(shape).recipe_kind


def is_picture_source(source: Source) -> bool:
    """Whether the examples are pictures, by a quick look: a folder's always are, an array's by its shape."""
    if not is_registered(source) and (shards := find_shards(source)) is not None:
        return shards.hold_pictures
    if isinstance(source, str | Path) and not is_registered(source):
        path = Path(source)
        if _is_folder(path) or is_picture_archive(path):
            return not TEXT.is_source(path) and not MUSIC.is_source(path) and not SOUND.is_source(path)
    shape = inspect_shape(source)
    return shape is not None and modality_of(shape).drawable


def _is_folder(path: Path) -> bool:
    try:
        return path.expanduser().is_dir()
    except (OSError, ValueError, RuntimeError, TypeError, CapabilityError):
        return False


def _header(source: Source) -> ArrayHeader | None:
    if isinstance(source, np.ndarray):
        return ArrayHeader(source.shape, source.dtype)
    if isinstance(source, Tensor):
        return ArrayHeader(tuple(source.shape), np.dtype(np.uint8 if source.dtype == torch.uint8 else np.float32))
    if not isinstance(source, str | Path) and is_frame(source):
        return ArrayHeader(source.shape, np.dtype(np.float64))
    path = Path(source).expanduser()
    header = format_of(path).header if path.is_file() and has_format(path) else None
    return None if header is None else header(path)
