"""The map as one HTML file, with script and pictures inside."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from matplotlib.colors import to_hex
from torch import Tensor

from autoencode.runs.replacing import check_replaceable
from autoencode.storage import atomic_write
from autoencode.views import pages
from autoencode.views.figures.chart import STRONG
from autoencode.views.figures.palette import palette
from autoencode.views.map.content import MapContent
from autoencode.views.map.sheets import COLUMNS, Sheets, sheets

_HERE = "autoencode.views.map"
LARGEST = 8_000_000
"""Bytes of the whole page."""
_LONGEST = 60
_OUTLIER_SHARE = 0.001


@dataclass(frozen=True)
class MapStats:
    """Size of a map.

    Args:
        points: number of points.
        thumbnails: number of points with a thumbnail; 0 for vectors.
        size: (width, height) of a thumbnail in pixels.
        bytes: of the file.
    """

    points: int
    thumbnails: int
    size: tuple[int, int]
    bytes: int


def write_map_page(path: Path, content: MapContent) -> MapStats:
    """Writes the page, completely or not at all. To stay below 8 MB, thumbnails become smaller, then fewer.

    The page runs one script of its own, allowed by its hash, and may not request anything.

    Args:
        path: where; it should end in .html.
        content: of the map. Points are drawn in their order, which should be random.

    Raises:
        ArgumentError: a file is there that autoencode did not write.
        StorageError: the file cannot be written.
    """
    check_replaceable(path)
    bare = _page(content, None)
    budget = (LARGEST - len(bare.encode()) - 2_000) * 3 // 4
    sprites = sheets(content.load_images, len(content.points), budget) if content.load_images else None
    whole = _page(content, sprites) if sprites else bare
    atomic_write(path, whole)
    shown, size = (sprites.n, sprites.size) if sprites else (0, (0, 0))
    return MapStats(len(content.points), shown, size, len(whole.encode()))


def _page(content: MapContent, sprites: Sheets | None) -> str:
    return pages.page(
        "map of codes",
        content.title,
        " ".join(filter(None, [content.lead, _thumbnail_note(content, sprites)])),
        pages.asset(_HERE, "main.html"),
        style=pages.asset(_HERE, "page.css"),
        data=pages.data_block("data", pages.to_json(_data(content, sprites))),
        script=pages.asset(_HERE, "page.js"),
    )


def _thumbnail_note(content: MapContent, sprites: Sheets | None) -> str:
    n = len(content.points)
    if sprites is None or sprites.n == n:
        return ""
    return f"To keep the page small, {sprites.n:,} of the {n:,} examples have a thumbnail."


def _data(content: MapContent, sprites: Sheets | None) -> dict[str, Any]:
    places, view = _placed(content)
    names, colours, labels = _classes(content)
    return {
        "n": len(content.points),
        "xy": pages.packed(places, "<u2"),
        "view": view,
        "labels": None if labels is None else pages.packed(labels, "<u2"),
        "classes": names,
        "colours": colours,
        "names": [_short(name) for name in content.names],
        "axes": content.axes,
        "tile": None if sprites is None else [*sprites.size, COLUMNS],
        "thumbnails": 0 if sprites is None else sprites.n,
        "sheets": [] if sprites is None else [pages.to_base64(file) for file in sprites.files],
    }


def _placed(content: MapContent) -> tuple[Tensor, list[float]]:
    """Points as 16-bit numbers, and the rectangle in [0, 1] that contains all but the farthest ones."""
    points = content.points.double()
    low, high = points.amin(0), points.amax(0)
    span = (high - low).clamp_min(1e-12)
    span = span.max().expand(2) if content.equal else span
    scaled = (points - low) / span
    near, far = (scaled.quantile(q, dim=0) for q in (_OUTLIER_SHARE, 1 - _OUTLIER_SHARE))
    return (scaled * 65535).round(), [*near.tolist(), *far.tolist()]


def _classes(content: MapContent) -> tuple[list[str], list[str], Tensor | None]:
    """Names and colours of the classes, and the class of each point; "unknown" is the last class."""
    if content.labels is None:
        return ["all"], [STRONG], None
    n = max(int(content.labels.max()) + 1, len(content.classes), 1)
    names = [*content.classes, *(str(i) for i in range(len(content.classes), n))]
    colours = [to_hex(colour) for colour in palette(n)]
    if bool((content.labels < 0).any()):
        names, colours = [*names, "unknown"], [*colours, "#8a8f96"]
    return [_short(name) for name in names], colours, torch.where(content.labels < 0, n, content.labels)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else "…" + name[1 - _LONGEST :]
