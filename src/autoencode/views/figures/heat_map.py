"""Anomalies over pictures, and a sheet of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from jaxtyping import Bool, Float, UInt8
from PIL import Image, ImageDraw

from autoencode.errors import ArgumentError
from autoencode.views.figures.chart import INK, MUTED, PAPER
from autoencode.views.figures.lettering import font, one_line

_NATS, _OPAQUE = 4.0, 0.75
_SIDE, _GAP, _MARGIN, _LINE = 220, 6, 18, 18
_ROWS = 256


def heat_map(
    picture: UInt8[np.ndarray, "channels height width"], found: Float[np.ndarray, "height width"], threshold: float
) -> Image.Image:
    """A grey picture under colours that say how unusual each pixel is; a white line is round those above the threshold.

    Colours begin 4 nats below the threshold and are brightest 4 nats above it.

    Args:
        picture: of 1 or 3 channels.
        found: log-odds of a defect, of the same size.
        threshold: of the mask.
    """
    result = np.empty((*found.shape, 3), dtype=np.uint8)
    colours = (255 * mpl.colormaps["inferno"](np.arange(256))[:, :3]).astype(np.float32)
    for top in range(0, found.shape[0], _ROWS):  # so that memory besides the result stays small
        rows = slice(top, top + _ROWS)
        share = ((found[rows] - threshold + _NATS) / (2 * _NATS)).clip(0, 1)
        grey = picture[:, rows].mean(0)[..., None] * 0.8
        opacity = _OPAQUE * np.minimum(1, 2 * share)[..., None]
        result[rows] = (1 - opacity) * grey + opacity * colours[(share * 255).astype(np.uint8)]
    result[_edge(found > threshold)] = 255
    return Image.fromarray(result)


def _edge(mask: Bool[np.ndarray, "height width"]) -> Bool[np.ndarray, "height width"]:
    """The pixels of a mask beside pixels that are not in it."""
    padded = np.pad(mask, 1)
    inside = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return mask & ~inside


@dataclass(frozen=True, eq=False)
class HeatMapPair:
    """A picture and its heat map, small enough for a sheet.

    Args:
        picture: as it is.
        heat: from `heat_map`.
        name: below it.
        caption: below the name.
        is_anomaly: printed dark where it is one.
    """

    picture: Image.Image
    heat: Image.Image
    name: str
    caption: str
    is_anomaly: bool

    @classmethod
    def of(
        cls,
        picture: UInt8[np.ndarray, "channels height width"],
        heat: Image.Image,
        name: str,
        caption: str,
        *,
        is_anomaly: bool,
    ) -> "HeatMapPair":
        """Scaled to fit into the sheet, small ones enlarged."""
        image = Image.fromarray(picture[0] if len(picture) == 1 else np.ascontiguousarray(picture.transpose(1, 2, 0)))
        return cls(_fitted(image.convert("RGB")), _fitted(heat), name, caption, is_anomaly)


def _fitted(image: Image.Image) -> Image.Image:
    share = _SIDE / max(image.size)
    size = max(1, round(image.width * share)), max(1, round(image.height * share))
    return image.resize(size, Image.Resampling.LANCZOS if share < 1 else Image.Resampling.BICUBIC)


def heat_map_sheet(pairs: Sequence[HeatMapPair], columns: int = 3) -> Image.Image:
    """Pictures and their heat maps in rows, in the order given.

    Args:
        pairs: what to show.
        columns: pairs in a row.

    Raises:
        ArgumentError: there is nothing to show.
    """
    if not pairs:
        raise ArgumentError("a sheet of heat maps needs at least one picture")
    rows = [pairs[start : start + columns] for start in range(0, len(pairs), columns)]
    heights = [max(pair.heat.height for pair in row) + 2 * _LINE + _GAP for row in rows]
    width = 2 * _SIDE + _GAP
    size = (
        min(columns, len(pairs)) * (width + _MARGIN) + _MARGIN,
        sum(heights) + (len(rows) + 1) * _MARGIN,
    )
    sheet, top = Image.new("RGB", size, PAPER), _MARGIN
    draw = ImageDraw.Draw(sheet)
    for row, height in zip(rows, heights, strict=True):
        for column, pair in enumerate(row):
            left = _MARGIN + column * (width + _MARGIN)
            sheet.paste(pair.picture, (left, top))
            sheet.paste(pair.heat, (left + _SIDE + _GAP, top))
            below = top + pair.heat.height + _GAP
            draw.text((left, below), one_line(pair.name, 52), INK if pair.is_anomaly else MUTED, font())
            draw.text((left, below + _LINE), pair.caption, MUTED, font())
        top += height + _MARGIN
    return sheet
