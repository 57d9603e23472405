"""The typefaces of this computer."""

from functools import lru_cache
from pathlib import Path
from typing import cast

from PIL import ImageFont

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "C:/Windows/Fonts", "~/.local/share/fonts")
"""Where they are looked for."""
_MOST_TYPEFACES = 400


@lru_cache(maxsize=1)
def find_typefaces() -> tuple[Path, ...]:
    """Files of typefaces that have the Latin letters, at most 400, in an order that depends on their names alone."""
    found = sorted(
        {
            file
            for folder in FOLDERS
            for file in Path(folder).expanduser().rglob("*")
            if file.suffix.lower() in (".ttf", ".otf") and file.is_file()
        },
        key=lambda file: file.name,
    )
    step = max(1, len(found) // _MOST_TYPEFACES)
    return tuple(file for file in found[::step] if _has_letters(file))


def _has_letters(file: Path) -> bool:
    """Whether its letters are drawn, and differ from each other and from the sign for what is missing."""
    try:
        font = ImageFont.truetype(str(file), 24)
        signs = [bytes(cast("bytes", font.getmask(sign))) for sign in "aeghx\uffff"]
    except (OSError, ValueError):
        return False
    return len(set(signs)) == len(signs) and all(signs[:-1])
