"""What an example is: a picture, a patch of a clip, a row of a table, a line of text, music, a sound, a vector.

Whatever depends on that asks here.

contract      what is asked
images        pictures, patches of clips, and windows of frames
symbol_maps   maps of symbols
rows          vectors, and rows of a table
text_lines    lines of text
music         tunes and chords
sounds        sounds as log-spectrograms
"""

from collections.abc import Mapping, Sequence
from typing import Any

from autoencode.data.modality.contract import Modality
from autoencode.data.modality.images import Clips, FrameWindows, ImageModality, Pictures
from autoencode.data.modality.music import Chords, Tunes
from autoencode.data.modality.rows import TableRows, Vectors
from autoencode.data.modality.sounds import Sounds
from autoencode.data.modality.symbol_maps import SymbolMaps
from autoencode.data.modality.text_lines import TextLines
from autoencode.data.tables.columns import Columns
from autoencode.data.text.vocabulary import Vocabulary

__all__ = [
    "Chords",
    "Clips",
    "FrameWindows",
    "ImageModality",
    "Modality",
    "Pictures",
    "Sounds",
    "SymbolMaps",
    "TableRows",
    "TextLines",
    "Tunes",
    "Vectors",
    "modality_of",
]

_KINDS: tuple[type[Modality], ...] = (SymbolMaps, FrameWindows, Clips, Tunes, Chords, Sounds, Pictures, Vectors)
"""The modalities; the first that matches is taken."""


def modality_of(
    data_shape: Sequence[int],
    options: Mapping[str, Any] | None = None,
    display_range: tuple[float, float] = (0.0, 1.0),
    columns: Columns | None = None,
    vocabulary: Vocabulary | None = None,
) -> Modality:
    """What examples of a shape are.

    Args:
        data_shape: the shape of one example.
        options: the options of `load` that gave them; those of clips name their frames.
        display_range: the numbers that are drawn black and white, where examples are drawn.
        columns: of a table, which is known by them.
        vocabulary: of text, which is known by it.

    Example:
        >>> modality_of((3, 32, 32)).description, modality_of((12,)).description
        ('colour pictures of 32x32', 'vectors of 12 numbers')
    """
    shape = tuple(data_shape)
    if columns is not None:
        return TableRows(shape, display_range, columns)
    if vocabulary is not None and not vocabulary.is_of_music:
        return TextLines(shape, display_range, vocabulary)
    matches = (kind.match(shape, options or {}, display_range) for kind in _KINDS)
    return next(found for found in matches if found is not None)
