"""A picture of the first pages before and after."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from autoencode.cleaning.page_image import PageImage, opened
from autoencode.errors import DataError
from autoencode.storage import atomic_open

SHEET = "sheet.png"
_ORIGIN = ("Software", "autoencode")
"""The text in the PNG file that says who wrote it."""
_SIDE, _GAP, _TITLE = 640, 12, 26
_GROUND, _TEXT = (235, 235, 235), (40, 40, 40)
Row = tuple[str, Image.Image, Image.Image]


def before_after(name: str, before: PageImage, after: PageImage) -> Row:
    """A row of the sheet: a page, small enough to keep.

    Args:
        name: of the page.
        before: as it was.
        after: cleaned.
    """
    return name, _thumbnail(before), _thumbnail(after)


def _thumbnail(page: PageImage) -> Image.Image:
    image = Image.fromarray(page.pixels).convert("RGB")
    if page.alpha is not None:
        image = Image.composite(image, Image.new("RGB", image.size, "white"), Image.fromarray(page.alpha))
    image.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS, reducing_gap=3)
    return image


def save_sheet(rows: Sequence[Row], path: Path) -> None:
    """Writes the rows, each with its name above: left before, right after.

    Args:
        rows: of `before_after`, one at least.
        path: the PNG file.
    """
    heights = [row[1].height + _TITLE + _GAP for row in rows]
    sheet = Image.new("RGB", (2 * _SIDE + 3 * _GAP, sum(heights) + _GAP), _GROUND)
    draw, font, y = ImageDraw.Draw(sheet), ImageFont.load_default(15), _GAP
    for (name, before, after), height in zip(rows, heights, strict=True):
        draw.text((_GAP, y), f"{_ascii(name)}: before", _TEXT, font)
        draw.text((2 * _GAP + _SIDE, y), "after", _TEXT, font)
        sheet.paste(before, (_GAP, y + _TITLE))
        sheet.paste(after, (2 * _GAP + _SIDE, y + _TITLE))
        y += height
    origin = PngInfo()
    origin.add_text(*_ORIGIN)
    with atomic_open(path) as file:
        sheet.save(file, "PNG", pnginfo=origin)


def is_sheet(path: Path) -> bool:
    """Whether a file is a sheet that was written here, and not a picture of somebody with the same name.

    Args:
        path: of the file, which need not be there.
    """
    if path.name != SHEET:
        return False
    try:
        with opened(path) as image:
            return image.info.get(_ORIGIN[0]) == _ORIGIN[1]
    except DataError:
        return False


def _ascii(name: str) -> str:
    """Pillow's own typeface has the Latin letters alone."""
    return "".join(sign if 32 <= ord(sign) < 0x250 else "?" for sign in name)[-70:]
