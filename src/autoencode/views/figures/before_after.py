"""Pictures before and after, side by side and large enough to see what changed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageDraw

from autoencode.errors import ArgumentError, ShapeError
from autoencode.views.figures.chart import INK, MUTED, PAPER
from autoencode.views.figures.lettering import font, one_line
from autoencode.views.figures.tiles import fitting_scale

_SIDE = 384
"""The longest side of a crop, in pixels."""
_SMALL = 240
"""About how many pixels the longer side of a small picture is enlarged to."""
_GAP, _MARGIN, _LINE = 8, 24, 22

Picture = UInt8[np.ndarray, "_channels _height _width"]


@dataclass(frozen=True, eq=False)
class Crop:
    """The same crop of a picture before and after.

    Args:
        before: (channels, height, width).
        after: of the same shape.
        caption: one line.
        words: below both, in place of those of the sheet.
    """

    before: Picture
    after: Picture
    caption: str
    words: tuple[str, str] | None = None


def crop(
    before: Picture,
    after: Picture,
    name: str,
    side: int = _SIDE,
    alpha: UInt8[np.ndarray, "_height _width"] | None = None,
) -> Crop:
    """The part of a picture in which most changed, at full resolution; all of a small picture.

    Args:
        before: (channels, height, width), one channel or three.
        after: of the same shape.
        name: for the caption.
        side: the longest side of the crop, in pixels.
        alpha: opacity of each pixel, 0 to 255; both pictures are composited on white.

    Raises:
        ShapeError: the two differ in shape.
    """
    if before.shape != after.shape:
        raise ShapeError(f"before {before.shape} and after {after.shape} must have one shape")
    height, width = before.shape[1:]
    size = min(side, height), min(side, width)
    places = [(top, left) for top in _starts(height, size[0]) for left in _starts(width, size[1])]
    top, left = max(places, key=lambda place: _changed(before, after, place, size))
    piece = np.s_[:, top : top + size[0], left : left + size[1]]
    of = "" if size == (height, width) else f"{size[1]} × {size[0]} of "
    cover = np.uint8(255) if alpha is None else alpha[piece[1:]]
    caption = f"{one_line(name, 60)}  {of}{width} × {height}"
    return Crop(_on_white(before[piece], cover), _on_white(after[piece], cover), caption)


def before_after(crops: Sequence[Crop], columns: int = 2, words: tuple[str, str] = ("before", "after")) -> Image.Image:
    """Pairs in rows: before on the left, after on the right.

    Small pictures are enlarged by a whole number; `crop` large ones first.

    Args:
        crops: what to show.
        columns: pairs in a row.
        words: below the left and the right picture of a pair.

    Raises:
        ArgumentError: there is nothing to show.
    """
    if not crops:
        raise ArgumentError("a sheet before and after needs at least one picture")
    sides = [(_enlarged(each.before), _enlarged(each.after)) for each in crops]
    width = max(before.width for before, _ in sides)
    pairs = [
        _pair(before, after, each.caption, width, each.words or words)
        for (before, after), each in zip(sides, crops, strict=True)
    ]
    rows = [pairs[start : start + columns] for start in range(0, len(pairs), columns)]
    heights = [max(pair.height for pair in row) for row in rows]
    size = len(rows[0]) * (pairs[0].width + _MARGIN) + _MARGIN, sum(heights) + (len(rows) + 1) * _MARGIN
    sheet, top = Image.new("RGB", size, PAPER), _MARGIN
    for row, height in zip(rows, heights, strict=True):
        for column, pair in enumerate(row):
            sheet.paste(pair, (_MARGIN + column * (pair.width + _MARGIN), top))
        top += height + _MARGIN
    return sheet


def _pair(before: Image.Image, after: Image.Image, caption: str, width: int, words: tuple[str, str]) -> Image.Image:
    """Two pictures next to each other with their captions below, on a sheet for two of this width."""
    pair = Image.new("RGB", (2 * width + _GAP, before.height + 2 * _LINE + _GAP), PAPER)
    draw, letters, below = ImageDraw.Draw(pair), font(), before.height + _GAP
    for picture, word, left in ((before, words[0], 0), (after, words[1], before.width + _GAP)):
        pair.paste(picture, (left, 0))
        draw.text((left, below), word, INK, letters)
    draw.text((0, below + _LINE), caption, MUTED, letters)
    return pair


def _enlarged(picture: Picture) -> Image.Image:
    image = Image.fromarray(picture[0] if len(picture) == 1 else np.ascontiguousarray(picture.transpose(1, 2, 0)))
    times = fitting_scale(max(image.size), _SMALL)
    return image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)


def _starts(side: int, length: int) -> list[int]:
    """Where crops begin that cover a side from edge to edge."""
    return [*range(0, side - length, length), side - length]


def _on_white(picture: Picture, alpha: np.ndarray | np.uint8) -> Picture:
    share = alpha / np.float32(255)
    return np.rint(picture * share + 255 * (1 - share)).astype(np.uint8)


def _changed(before: Picture, after: Picture, place: tuple[int, int], size: tuple[int, int]) -> float:
    """The mean absolute difference of the values in a crop."""
    piece = np.s_[:, place[0] : place[0] + size[0], place[1] : place[1] + size[1]]
    return float(np.abs(before[piece].astype(np.int16) - after[piece]).mean())
