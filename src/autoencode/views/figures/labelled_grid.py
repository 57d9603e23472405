"""A table of pictures with names above the columns and before the rows."""

from collections.abc import Sequence

from jaxtyping import Float
from PIL import Image, ImageDraw
from torch import Tensor

from autoencode.errors import ShapeError
from autoencode.views.figures.chart import INK, MUTED, PAPER
from autoencode.views.figures.lettering import font
from autoencode.views.figures.tiles import fitting_scale, tiles

_GAP, _MARGIN, _LINE = 4, 16, 22
_MANY, _FEW = 72, 144
"""About how many pixels wide a picture is beside many others, and beside few."""


def labelled_grid(
    pictures: Float[Tensor, "rows columns channels height width"],
    row_names: Sequence[str] = (),
    column_names: Sequence[str] = (),
    apart: Sequence[int] = (),
    blank: Sequence[int] = (),
    scale: int | None = None,
) -> Image.Image:
    """Rows of pictures on a light ground.

    Args:
        pictures: in [0, 1].
        row_names: one for each row, or none.
        column_names: one for each column, or none; what does not fit above its column is set smaller.
        apart: columns with a wider gap before them, such as an original that stands beside what was made of it.
        blank: places, counted row by row, that stay empty.
        scale: how often each pixel is repeated; by default small pictures are brought to about 72 pixels, or twice as
            many where there are few.

    Raises:
        ShapeError: no pictures, or another number of names.
    """
    rows, columns = pictures.shape[:2]
    if len(row_names) not in (0, rows) or len(column_names) not in (0, columns):
        raise ShapeError(f"{rows} x {columns} pictures came with {len(row_names)} and {len(column_names)} names")
    drawn = tiles(pictures.flatten(0, 1), scale or fitting_scale(pictures.shape[-1], _FEW if columns < 5 else _MANY))
    height, width = drawn.shape[1:3]
    left = _MARGIN + (max(_length(name) for name in row_names) + _MARGIN // 2 if row_names else 0)
    top = _MARGIN + (_LINE if column_names else 0)
    lefts = [left + i * (width + _GAP) + 3 * _GAP * sum(place <= i for place in apart) for i in range(columns)]
    size = lefts[-1] + width + _MARGIN, top + rows * (height + _GAP) - _GAP + _MARGIN
    sheet = Image.new("RGB", size, PAPER)
    for number, picture in enumerate(drawn):
        row, column = divmod(number, columns)
        if number in blank:
            continue
        sheet.paste(Image.fromarray(picture).convert("RGB"), (lefts[column], top + row * (height + _GAP)))
    draw = ImageDraw.Draw(sheet)
    for row, name in enumerate(row_names):
        middle = top + row * (height + _GAP) + height // 2
        draw.text((left - _MARGIN // 2, middle), name, INK, font(), anchor="rm")
    for place, name in zip(lefts, column_names, strict=False):
        draw.text((place + width // 2, top - 6), name, MUTED, font(_fitting(name, width + _GAP)), anchor="ms")
    return sheet


def _length(name: str, size: int = 13) -> int:
    return round(font(size).getlength(name))


def _fitting(name: str, width: int) -> int:
    """The size of letters in which a name fits into so many pixels; 8 at least."""
    return next((size for size in range(13, 8, -1) if _length(name, size) <= width), 8)
