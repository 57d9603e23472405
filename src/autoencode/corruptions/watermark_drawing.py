"""Draws watermarks: lines of text in the typefaces of this computer, outlines, and logos of simple shapes."""

import string
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import torch
from jaxtyping import Float
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from autoencode.data.typefaces import find_typefaces

SIDE = 256
"""Pixels a side of the sheet that a watermark is drawn on."""
_SHEETS, _SEED = 384, 1848
_BUILT_IN = Path(mpl.get_data_path()) / "fonts/ttf/DejaVuSans-Bold.ttf"
Random = np.random.Generator


@lru_cache(maxsize=1)
def watermark_sheets() -> Float[Tensor, "sheets 2 256 256"]:
    """Watermarks, the same each time on the same typefaces: how opaque they are, and where the second colour is."""
    random, typefaces = np.random.default_rng(_SEED), find_typefaces() or (_BUILT_IN,)
    sheets = [_draw(random, typefaces) for _ in range(_SHEETS)]
    return torch.from_numpy(np.stack(sheets)).float() / 255


def _draw(random: Random, typefaces: Sequence[Path]) -> npt.NDArray[np.uint8]:
    opacity, second = Image.new("L", (SIDE, SIDE)), Image.new("L", (SIDE, SIDE))
    if random.random() < 0.6:
        _write(random, typefaces, opacity, second)
    else:
        _draw_logo(random, typefaces, opacity, second)
    return np.stack([np.asarray(opacity), np.asarray(second)])


def _write(random: Random, typefaces: Sequence[Path], opacity: Image.Image, second: Image.Image) -> None:
    """One to three lines of text; every third time with an outline, or as an outline alone."""
    lines = [_text(random) for _ in range(int(random.choice([1, 1, 2, 3])))]
    size = int(random.integers(28, 110))
    font = _font(random, typefaces, size)
    stroke = int(random.choice([0, 0, 0, 2, 3]))
    hollow = stroke > 0 and random.random() < 0.5
    y = SIDE / 2 - size * len(lines) / 2
    for line in lines:
        x = float(random.uniform(4, 30))
        for sheet in (opacity, second) if stroke else (opacity,):
            inside = 0 if hollow or sheet is second else 255
            ImageDraw.Draw(sheet).text((x, y), line, inside, font, stroke_width=stroke, stroke_fill=255)
        y += size * 1.15


def _text(random: Random) -> str:
    """Words of random letters: no word is learned."""
    style = int(random.integers(4))
    letters = string.ascii_uppercase if style == 0 else string.ascii_lowercase
    words = [
        "".join(random.choice(list(letters), int(random.integers(2, 9)))) for _ in range(int(random.integers(1, 3)))
    ]
    if style == 2:
        words = [word.capitalize() for word in words]
    if style == 3:
        words.insert(0, str(random.choice(["©", "@", "#", "www."])) + str(random.integers(10_000)))
    return " ".join(words)


def _font(random: Random, typefaces: Sequence[Path], size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(typefaces[int(random.integers(len(typefaces)))]), size)


def _draw_logo(random: Random, typefaces: Sequence[Path], opacity: Image.Image, second: Image.Image) -> None:
    """Discs, rings, bars and polygons over each other, some in the second colour, often with letters."""
    for _ in range(int(random.integers(1, 5))):
        outline = random.random() < 0.5
        value = 255 if outline or random.random() < 0.8 else 0
        other = 255 if random.random() < 0.4 else 0
        middle, radius = random.uniform(70, SIDE - 70, 2), float(random.uniform(15, 80))
        corners = int(random.choice([3, 4, 5, 6, 40, 40, 40]))
        turns = np.linspace(0, 2 * np.pi, corners, endpoint=False) + random.uniform(0, np.pi)
        reach = radius * (1 + (np.arange(corners) % 2) * random.choice([0.0, 0.0, 0.7]) * (corners < 40))
        points = [(middle[0] + r * np.cos(t), middle[1] + r * np.sin(t)) for r, t in zip(reach, turns, strict=True)]
        for sheet, ink in ((opacity, value), (second, other)):
            if outline:
                ImageDraw.Draw(sheet).polygon(points, outline=ink, width=int(random.integers(3, 12)))
            else:
                ImageDraw.Draw(sheet).polygon(points, fill=ink)
    if random.random() < 0.6:
        size = int(random.integers(24, 70))
        place = (float(random.uniform(20, 90)), float(random.uniform(60, SIDE - 60 - size)))
        ImageDraw.Draw(opacity).text(place, _text(random), 255, _font(random, typefaces, size))
