"""The map as one HTML file, with its script and its pictures inside."""

import base64
import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
import torch
from matplotlib.colors import to_hex
from torch import Tensor

from autoencode._version import __version__
from autoencode.evaluation.figures.chart import STRONG
from autoencode.evaluation.figures.palette import palette
from autoencode.evaluation.map.content import MapContent
from autoencode.evaluation.map.sheets import COLUMNS, Sheets, sheets
from autoencode.evaluation.report.html import text
from autoencode.storage import write_whole

LARGEST = 8_000_000
"""Bytes of the whole page."""
_LONGEST = 60
_FAR = 0.001


@dataclass(frozen=True)
class PageFacts:
    """What came of it.

    Args:
        points: on the map.
        thumbnails: of so many of them; 0 for vectors.
        size: (width, height) of a thumbnail in pixels.
        bytes: of the file.
    """

    points: int
    thumbnails: int
    size: tuple[int, int]
    bytes: int


def write_page(path: Path, content: MapContent) -> PageFacts:
    """Writes the page, whole or not at all. It is below 8 MB: thumbnails become smaller, then fewer, until it is.

    The page runs one script of its own, allowed by its hash, and is forbidden to fetch anything.

    Args:
        path: where; it should end in .html.
        content: what is on it. Points are drawn in their order, so it should be one of chance.

    Raises:
        StorageError: the file cannot be written.
    """
    bare = _page(content, None)
    budget = (LARGEST - len(bare.encode()) - 2_000) * 3 // 4
    sprites = sheets(content.look, len(content.points), budget) if content.look else None
    whole = bare if sprites is None else _page(content, sprites)
    write_whole(path, whole)
    shown, size = (sprites.n, (sprites.width, sprites.height)) if sprites else (0, (0, 0))
    return PageFacts(len(content.points), shown, size, len(whole.encode()))


def _page(content: MapContent, sprites: Sheets | None) -> str:
    template, style, script = (_file(name) for name in ("page.html", "page.css", "page.js"))
    return Template(template).substitute(
        title=text(content.title),
        lead=text(" ".join(filter(None, [content.lead, _told(content, sprites)]))),
        version=text(__version__),
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
        data=json.dumps(_data(content, sprites), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
    )


def _file(name: str) -> str:
    return files("autoencode.evaluation.map").joinpath(name).read_text(encoding="utf-8")


def _hash(inline: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()


def _told(content: MapContent, sprites: Sheets | None) -> str:
    n = len(content.points)
    if sprites is None or sprites.n == n:
        return ""
    return f"So that the page stays small, {sprites.n:,} of the {n:,} have a thumbnail."


def _data(content: MapContent, sprites: Sheets | None) -> dict[str, Any]:
    places, view = _placed(content)
    names, colours, labels = _classes(content)
    return {
        "n": len(content.points),
        "xy": _packed(places, np.uint16),
        "view": view,
        "labels": None if labels is None else _packed(labels, np.uint16),
        "classes": names,
        "colours": colours,
        "names": [_short(name) for name in content.names],
        "axes": content.axes,
        "tile": None if sprites is None else [sprites.width, sprites.height, COLUMNS],
        "thumbnails": 0 if sprites is None else sprites.n,
        "sheets": [] if sprites is None else [base64.b64encode(file).decode() for file in sprites.files],
    }


def _placed(content: MapContent) -> tuple[Tensor, list[float]]:
    """Points as 16-bit numbers, and the part of the map that holds all but the farthest ones, in [0, 1]."""
    points = content.points.double()
    low, high = points.amin(0), points.amax(0)
    span = (high - low).clamp_min(1e-12)
    span = span.max().expand(2) if content.equal else span
    scaled = (points - low) / span
    near, far = (scaled.quantile(q, dim=0) for q in (_FAR, 1 - _FAR))
    return (scaled * 65535).round(), [*near.tolist(), *far.tolist()]


def _classes(content: MapContent) -> tuple[list[str], list[str], Tensor | None]:
    """Names, colours, and the number of each point's class among them; unknown ones last."""
    if content.labels is None:
        return ["all"], [STRONG], None
    n = max(int(content.labels.max()) + 1, len(content.classes), 1)
    names = [*content.classes, *(str(i) for i in range(len(content.classes), n))]
    colours = [to_hex(colour) for colour in palette(n)]
    if bool((content.labels < 0).any()):
        names, colours = [*names, "unknown"], [*colours, "#8a8f96"]
    return [_short(name) for name in names], colours, torch.where(content.labels < 0, n, content.labels)


def _packed(values: Tensor, kind: type[np.uint16]) -> str:
    """Little-endian numbers in base 64."""
    return base64.b64encode(
        np.ascontiguousarray(values.numpy()).astype(np.dtype(kind).newbyteorder("<")).tobytes()
    ).decode()


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else "…" + name[1 - _LONGEST :]
