"""Sheets that this package draws beside the pictures it writes: they are no examples."""

from pathlib import Path

SHEET = "sheet.png"
"""The name of the picture that shows the first ones."""
SOFTWARE = {"Software": "autoencode"}
"""What a drawing's PNG says of itself."""
_MARK = b"tEXtSoftware\0autoencode"
_FAR = 1024


def is_generated_sheet(path: Path) -> bool:
    """Whether it is a sheet that this package drew, and not a person's picture of the same name."""
    if path.name != SHEET:
        return False
    try:
        with path.open("rb") as file:
            return _MARK in file.read(_FAR)
    except OSError:
        return False
