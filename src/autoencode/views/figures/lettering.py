"""Text on pictures."""

from functools import cache
from pathlib import Path

import matplotlib as mpl
from PIL import ImageFont


@cache
def font(size: int = 13) -> ImageFont.FreeTypeFont:
    """matplotlib's font, which has the letters of more languages than Pillow's own."""
    return ImageFont.truetype(Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", size)


def one_line(name: str, letters: int = 40) -> str:
    """A name without line breaks, cut to so many letters."""
    name = " ".join(name.split())
    return name if len(name) <= letters else name[: letters - 1] + "…"
