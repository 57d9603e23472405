"""A table of pictures with names of columns and rows."""

from collections.abc import Sequence

from jaxtyping import Float
from PIL import Image, ImageDraw
from torch import Tensor

from autoencode.errors import ShapeError
from autoencode.views.figures.chart import INK, MUTED, PAPER
from autoencode.views.figures.lettering import font, one_line
from autoencode.views.figures.tiles import fitting_scale, room_for, tiles

_GAP, _MARGIN, _LINE = 4, 16, 22
_MOST = 100
"""Rows and columns that are drawn."""
_MANY, _FEW = 72, 144
"""About how many pixels the longer side of a picture has beside many others, and beside few."""


def labelled_grid(
    pictures: Float[Tensor, "rows columns channels height width"],
    row_names: Sequence[str] = (),
    column_names: Sequence[str] = (),
    apart: Sequence[int] = (),
    blank: Sequence[int] = (),
    scale: int | None = None,
) -> Image.Image:
    """Rows of pictures on a light background; of more than 100 columns or rows, 100 with a note.

    Args:
        pictures: in [0, 1].
        row_names: one for each row, or none.
        column_names: one for each column, or none; a long name is written in smaller letters.
        apart: columns with a wider gap before them, such as the first one after an original.
        blank: places, counted row by row, that are left empty.
        scale: how often each pixel is repeated; by default small pictures are enlarged to about 72 pixels, or twice as
            many if there are few.

    Raises:
        ShapeError: no pictures, or another number of names.
    """
    rows, columns = pictures.shape[:2]
    if len(row_names) not in (0, rows) or len(column_names) not in (0, columns):
        raise ShapeError(f"{rows} x {columns} pictures came with {len(row_names)} and {len(column_names)} names")
    shown_rows, shown = list(range(min(rows, _MOST))), _evenly_spaced(columns)
    names = [one_line(row_names[row]) for row in shown_rows] if row_names else []
    times = scale or fitting_scale(max(pictures.shape[-2:]), _FEW if columns < 5 else _MANY)
    drawn = tiles(
        pictures[: len(shown_rows), shown].flatten(0, 1), times, room_for(len(shown), len(shown_rows), 2 * _GAP)
    )
    height, width = drawn.shape[1:3]
    left = _MARGIN + (max(_length(name) for name in names) + _MARGIN // 2 if names else 0)
    top = _MARGIN + (_LINE if column_names else 0)
    lefts = [
        left + place * (width + _GAP) + 3 * _GAP * sum(each <= column for each in apart)
        for place, column in enumerate(shown)
    ]
    tops = [top + row * (height + _GAP) for row in shown_rows]
    note = _cut_note(rows, columns)
    sheet = Image.new("RGB", (lefts[-1] + width + _MARGIN, tops[-1] + height + _MARGIN + _LINE * bool(note)), PAPER)
    for number, picture in enumerate(drawn):
        row, place = divmod(number, len(shown))
        if row * columns + shown[place] not in blank:
            sheet.paste(Image.fromarray(picture).convert("RGB"), (lefts[place], tops[row]))
    draw = ImageDraw.Draw(sheet)
    for y, name in zip(tops, names, strict=False):
        draw.text((left - _MARGIN // 2, y + height // 2), name, INK, font(), anchor="rm")
    if column_names:
        for x, column in zip(lefts, shown, strict=True):
            name = one_line(column_names[column])
            draw.text((x + width // 2, top - 6), name, MUTED, font(_fitting(name, width + _GAP)), anchor="ms")
    draw.text((_MARGIN, sheet.height - 8), note, MUTED, font(), anchor="ls")
    return sheet


def _evenly_spaced(n: int) -> list[int]:
    """At most 100 of the numbers from 0 to n − 1, the first and the last one among them."""
    return list(range(n)) if n <= _MOST else [round(i * (n - 1) / (_MOST - 1)) for i in range(_MOST)]


def _cut_note(rows: int, columns: int) -> str:
    """What is not drawn; "" where all is."""
    cut = [f"{_MOST} of {columns:,} columns, evenly spaced"] if columns > _MOST else []
    cut += [f"the first {_MOST} of {rows:,} rows"] if rows > _MOST else []
    return "; ".join(cut)


def _length(name: str, size: int = 13) -> int:
    return round(font(size).getlength(name))


def _fitting(name: str, width: int) -> int:
    """The font size at which a name is at most so wide, in pixels; 8 or more."""
    return next((size for size in range(13, 8, -1) if _length(name, size) <= width), 8)
