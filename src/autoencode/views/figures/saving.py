"""Figures as files."""

from pathlib import Path

from autoencode.runs.replacing import check_replaceable
from autoencode.storage import atomic_write
from autoencode.views.figures.rendering import Drawing, png


def save_figure(path: Path, drawing: Drawing, description: str = "") -> None:
    """Writes a picture or a chart as a PNG file, whole or not at all.

    Args:
        path: where; it should end in .png.
        drawing: what a function of this package returned.
        description: what it shows; kept in the text of the file.

    Raises:
        ArgumentError: a file is there that autoencode did not write.
        StorageError: the file cannot be written.
    """
    check_replaceable(path)
    atomic_write(path, png(drawing, description))
