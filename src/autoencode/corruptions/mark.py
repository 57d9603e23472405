"""What a watermark shows: a picture file with its transparency, or a text."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
import torch
from jaxtyping import Float
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor
from torch.nn import functional as F

from autoencode.data.images.formats import suffixes
from autoencode.data.images.full_picture import read_full_picture
from autoencode.data.images.picture import UnreadableError
from autoencode.errors import ArgumentError, DataError

_LETTER_PIXELS, _LONGEST_TEXT = 96, 200
_LARGEST = 1024
_FONT = "fonts/ttf/DejaVuSans-Bold.ttf"  # matplotlib's own: it has Latin, Greek and Cyrillic letters, and ©


class Mark(NamedTuple):
    """A mark, at a size of its own, on the processor.

    Args:
        colours: red, green and blue, each times alpha, (3, height, width); None for a text, which has no colour.
        alpha: how opaque it is, (height, width), 0 to 1.
    """

    colours: Float[Tensor, "3 height width"] | None
    alpha: Float[Tensor, "height width"]


def check_mark(mark: str) -> None:
    """Raises unless it can be the name of a file or a text. Nothing is read.

    Raises:
        ArgumentError: nothing in it, or too much.
    """
    if not 0 < len(_unquoted(mark).strip()) <= _LONGEST_TEXT:
        raise ArgumentError(
            f"watermark takes a picture file or a text of at most {_LONGEST_TEXT} letters, such as "
            'watermark:logo.png or watermark:"© Me"'
        )


@lru_cache(maxsize=32)
def read_mark(mark: str) -> Mark:
    """Reads a file, or draws a text; each once.

    Args:
        mark: a name with the ending of a picture file is a file; anything else, or a text in quotes, is a text.

    Raises:
        DataError: the file cannot be read.
    """
    return _from_file(Path(mark)) if is_file_name(mark) else _from_text(_unquoted(mark))


def is_file_name(mark: str) -> bool:
    """Whether a mark names a picture file, and is no text."""
    return _unquoted(mark) == mark and Path(mark).suffix.lower() in suffixes()


def _unquoted(mark: str) -> str:
    quoted = len(mark) > 1 and mark[0] == mark[-1] and mark[0] in "\"'"
    return mark[1:-1] if quoted else mark


def _from_file(path: Path) -> Mark:
    if not path.is_file():  # a pipe would wait for ever
        raise DataError(f"there is no file {path} to be a watermark: put it there, or give its whole path")
    try:
        picture = read_full_picture(path)
    except UnreadableError as error:
        raise DataError(f"{path} cannot be a watermark: {error}") from error
    colours = torch.from_numpy(picture.colour).float().expand(3, -1, -1) / 255
    alpha = torch.ones_like(colours[0]) if picture.alpha is None else torch.from_numpy(picture.alpha).float() / 255
    layers = _downscale(torch.cat([colours * alpha, alpha[None]]))
    return Mark(layers[:3], layers[3])


def _downscale(layers: Tensor) -> Tensor:
    """No larger than a mark has to be."""
    times = _LARGEST / max(layers.shape[1:])
    if times >= 1:
        return layers
    size = [max(1, round(side * times)) for side in layers.shape[1:]]
    return F.interpolate(layers[None], size=size, mode="bilinear", antialias=True)[0]


def _from_text(text: str) -> Mark:
    font = ImageFont.truetype(Path(mpl.get_data_path()) / _FONT, _LETTER_PIXELS)
    left, top, right, bottom = map(round, ImageDraw.Draw(Image.new("L", (1, 1))).multiline_textbbox((0, 0), text, font))
    sheet = Image.new("L", (max(1, right - left + 2), max(1, bottom - top + 2)))
    ImageDraw.Draw(sheet).multiline_text((1 - left, 1 - top), text, 255, font)
    return Mark(None, torch.from_numpy(np.asarray(sheet, np.float32) / 255))
