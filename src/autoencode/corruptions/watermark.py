"""A logo or a line of text over the picture."""

from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from autoencode.corruptions.amount import Amount, parse_amount
from autoencode.corruptions.corruption import BaseCorruption, Corruption, register_corruption
from autoencode.corruptions.mark import check_mark, is_file_name, read_mark
from autoencode.corruptions.random_fields import uniform_per_picture

_MIN_WIDTH, _MAX_WIDTH = 0.25, 0.75
"""Width of the mark in that of the picture."""
_MAX_HEIGHT = 0.6
"""Height of the mark in that of the picture, if its width does not say less."""
_MAX_ANGLE = 0.6
"""Its largest angle, in radians, to both sides."""
_LUMA = (0.299, 0.587, 0.114)
"""Brightness of red, green and blue: ITU-R BT.601."""


@register_corruption("watermark", "an opacity", 0.0, 1.0)
@dataclass(frozen=True)
class Watermark(BaseCorruption):
    """A translucent logo or text, in another place, size, angle and strength on each picture.

    A name with the ending of a picture file (logo.png) is a file, drawn over the picture with its colours and its
    transparency; anything else is a text, white on dark pictures and black on light ones. In quotes it is a text in
    any case. The file is read when it is first needed and not before, so that a run opens without it.

    Args:
        amount: the opacity, from 0 for none to 1; each picture draws its own from a range.
        mark: a path or a text.

    References:
        Dekel et al., "On the effectiveness of visible watermarks", CVPR 2017, equation 1: the picture and the mark,
        mixed by the mark's opacity.
    """

    amount: Amount = (0.2, 0.6)
    mark: str = "SAMPLE"
    pictures_only = True

    def __post_init__(self) -> None:
        super().__post_init__()
        check_mark(self.mark)

    @classmethod
    def from_text(cls, text: str) -> "Watermark":
        """A watermark as a person writes it: MARK or MARK:OPACITY.

        Args:
            text: such as logo.png, "© Me" (with or without quotes), or logo.png:0.1..0.3.

        Raises:
            ArgumentError: no mark, or an opacity without meaning.
        """
        mark, _, last = text.rpartition(":")
        amount = parse_amount(last)
        return cls(mark=text) if not mark or amount is None else cls(amount, mark)

    def apply(self, x: Float[Tensor, "batch channels height width"], amount: Tensor) -> Tensor:
        """The pictures under the mark.

        Raises:
            DataError: the mark's file cannot be read.
        """
        mark = read_mark(self.mark)
        if mark.colours is None:
            alpha = _place_mark(x, mark.alpha.to(x)[None])
            colours = (x.mean((1, 2, 3), keepdim=True) < 0.5).to(x.dtype) * alpha
        else:
            layers = _place_mark(x, torch.cat([mark.colours, mark.alpha[None]]).to(x))
            colours, alpha = _match_channels(layers[:, :3], x.shape[1]), layers[:, 3:]
        return x * (1 - amount * alpha) + amount * colours


def watermark_files(corruption: Corruption) -> list[Path]:
    """The files that a corruption, or any part of it, reads its watermarks from."""
    if isinstance(corruption, Watermark):
        return [Path(corruption.mark)] if is_file_name(corruption.mark) else []
    return [file for part in getattr(corruption, "parts", ()) for file in watermark_files(part)]


def _match_channels(colours: Tensor, channels: int) -> Tensor:
    """Red, green and blue as they are for pictures of three channels, and their brightness for any other."""
    return colours if channels == 3 else torch.einsum("c,bchw->bhw", colours.new_tensor(_LUMA), colours)[:, None]


def _place_mark(x: Tensor, layers: Tensor) -> Tensor:
    """A mark of (layers, height, width) on a transparent sheet for each picture, (batch, layers, height, width)."""
    height, width = x.shape[2:]
    largest = min(width / layers.shape[2], _MAX_HEIGHT / _MAX_WIDTH * height / layers.shape[1])
    middle = largest * (_MIN_WIDTH + _MAX_WIDTH) / 2
    size = [max(1, round(side * middle)) for side in layers.shape[1:]]
    smaller = F.interpolate(layers[None], size=size, mode="bilinear", antialias=True)
    zoom = uniform_per_picture(x, _MIN_WIDTH, _MAX_WIDTH) * largest / middle
    return F.grid_sample(smaller.expand(len(x), -1, -1, -1), _sampling_grid(x, size, zoom), align_corners=False)


def _sampling_grid(x: Tensor, size: list[int], zoom: Tensor) -> Tensor:
    """Where on the mark each pixel lies, (batch, height, width, 2), from −1 to 1 across it."""
    height, width = x.shape[2:]
    across, down = (torch.arange(side, dtype=x.dtype, device=x.device) + 0.5 for side in (width, height))
    dx = across - uniform_per_picture(x, 0.15, 0.85)[:, 0] * width
    dy = down[:, None] - uniform_per_picture(x, 0.15, 0.85)[:, 0] * height
    turn = uniform_per_picture(x, -_MAX_ANGLE, _MAX_ANGLE)[:, 0]
    u, v = dx * turn.cos() + dy * turn.sin(), dy * turn.cos() - dx * turn.sin()
    return torch.stack([2 * u / (zoom[:, 0] * size[1]), 2 * v / (zoom[:, 0] * size[0])], -1)
