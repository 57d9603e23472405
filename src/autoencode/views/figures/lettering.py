"""Letters on pictures."""

from functools import cache
from pathlib import Path

import matplotlib as mpl
from PIL import ImageFont


@cache
def font(size: int = 13) -> ImageFont.FreeTypeFont:
    """matplotlib's, which has the letters of more languages than Pillow's own."""
    return ImageFont.truetype(Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", size)
