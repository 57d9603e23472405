"""JPEG compression."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from autoencode.corruptions.amount import Amount
from autoencode.corruptions.corruption import BaseCorruption, register_corruption

# fmt: off
LUMINANCE = (
    16, 11, 10, 16, 24, 40, 51, 61,
    12, 12, 14, 19, 26, 58, 60, 55,
    14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77,
    24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
)
"""Divisors for brightness at quality 50, row by row: ITU-T T.81, table K.1."""

CHROMINANCE = (
    17, 18, 24, 47, 99, 99, 99, 99,
    18, 21, 26, 66, 99, 99, 99, 99,
    24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
)
"""Divisors for colour at quality 50: table K.2."""
# fmt: on


def dct_matrix(like: Tensor) -> Float[Tensor, "8 8"]:
    """The orthonormal cosine transform of 8 values, a frequency in each row: ITU-T T.81, annex A.3.3.

    Args:
        like: a tensor of the type and on the device that are wanted.
    """
    positions = torch.arange(8, dtype=like.dtype, device=like.device)
    basis = torch.cos((2 * positions + 1) * positions[:, None] * math.pi / 16) / 2
    return torch.cat([basis[:1] / math.sqrt(2), basis[1:]])


_RGB_TO_YCBCR = ((0.299, 0.587, 0.114), (-0.168735892, -0.331264108, 0.5), (0.5, -0.418687589, -0.081312411))
_YCBCR_TO_RGB = ((1.0, 0.0, 1.402), (1.0, -0.344136286, -0.714136286), (1.0, 1.772, 0.0))


@register_corruption("jpeg", "a quality", 1.0, 100.0)
@dataclass(frozen=True)
class Jpeg(BaseCorruption):
    """What baseline JPEG makes of a picture: blocks of 8×8 pixels, ringing at edges, smeared colours.

        RGB ─► Y, Cb, Cr ─► Cb, Cr at half the size ─► blocks ─► cosine transform ─► divided by a table, rounded ─► back

    Of three channels colours are kept at half the size (4:2:0); any other number of channels is stored as grey
    pictures, each on its own. Values are cut off at black and white and rounded to 8 bits, before and after.

    Args:
        amount: the quality, 1 to 100, as libjpeg and Pillow count it: less is worse.

    References:
        ITU-T T.81, 1992, annexes A.3 and K.1; colours as in JFIF 1.02, ITU-T T.871. Rounding, halving and doubling of
        colours as in libjpeg 6b, whose integer transform is here one of floating point: nearly all values agree with
        Pillow's to two levels of 255.
    """

    amount: Amount = (10.0, 60.0)
    pictures_only = True

    def apply(self, x: Float[Tensor, "batch channels height width"], amount: Tensor) -> Tensor:
        """The pictures, stored and read again."""
        levels = (x.clamp(0, 1) * 255).round()
        stored = _compress_rgb(levels, amount) if x.shape[1] == 3 else _compress_channels(levels, LUMINANCE, amount)
        return stored / 255


def _compress_rgb(levels: Tensor, quality: Tensor) -> Tensor:
    """Red, green and blue, by way of brightness and two differences of colour."""
    height, width = levels.shape[2:]
    y, chroma = (
        (_convert_colours(levels, _RGB_TO_YCBCR) + levels.new_tensor((0, 128, 128))[:, None, None])
        .round()
        .split([1, 2], 1)
    )
    half = _compress_channels(_downsample(chroma), CHROMINANCE, quality)[..., : (width + 1) // 2]
    both = torch.cat([_compress_channels(y, LUMINANCE, quality), _upsample(half)[..., :height, :width] - 128], 1)
    return _convert_colours(both, _YCBCR_TO_RGB).round().clamp(0, 255)


def _convert_colours(colours: Tensor, weights: tuple[tuple[float, ...], ...]) -> Tensor:
    return torch.einsum("ij,bjhw->bihw", colours.new_tensor(weights), colours)


def _downsample(x: Tensor) -> Tensor:
    """Means of 2×2 pixels, rounded down and up in turn where they lie between levels; as wide as whole blocks."""
    height, width = x.shape[2:]
    x = F.pad(x, (0, -width % 16, 0, height % 2), mode="replicate")
    sums = F.avg_pool2d(x, 2, divisor_override=1)
    bias = torch.arange(sums.shape[3], dtype=x.dtype, device=x.device) % 2 + 1
    return ((sums + bias) / 4).floor()


def _upsample(x: Tensor) -> Tensor:
    """Twice the size: each new pixel is 9/16 of the nearest one, 3/16 of the next two, and 1/16 of the fourth."""
    x = F.pad(x, (1, 1, 1, 1), mode="replicate")
    rows = torch.stack([3 * x[:, :, 1:-1] + x[:, :, :-2], 3 * x[:, :, 1:-1] + x[:, :, 2:]], 3).flatten(2, 3)
    left, right = 3 * rows[..., 1:-1] + rows[..., :-2] + 8, 3 * rows[..., 1:-1] + rows[..., 2:] + 7
    return (torch.stack([left, right], 4) / 16).floor().flatten(3, 4)


def _compress_channels(levels: Tensor, table: tuple[int, ...], quality: Tensor) -> Tensor:
    """One channel, or several on their own, through the transform and back."""
    height, width = levels.shape[2:]
    blocks = _split_blocks(F.pad(levels - 128, (0, -width % 8, 0, -height % 8), mode="replicate"))
    basis, steps = dct_matrix(levels), _quantisation_table(table, quality)
    ratios = (8 * (basis @ blocks @ basis.mT)).round() / (8 * steps)
    counts = ratios.sign() * (ratios.abs() + 0.5).floor()
    back = (basis.mT @ (counts * steps) @ basis + 128).round().clamp(0, 255)
    return _merge_blocks(back)[..., :height, :width]


def _quantisation_table(table: tuple[int, ...], quality: Tensor) -> Tensor:
    """The table of divisors for each picture's quality, (batch, 1, 1, 1, 8, 8)."""
    quality = quality.round()
    percent = torch.where(quality < 50, (5000 / quality).floor(), 200 - 2 * quality)
    steps = ((quality.new_tensor(table) * percent + 50) / 100).floor().clamp(1, 255)
    return steps.reshape(-1, 1, 1, 1, 8, 8)


def _split_blocks(x: Tensor) -> Tensor:
    """(batch, channels, rows, columns, 8, 8)."""
    return x.unflatten(3, (-1, 8)).unflatten(2, (-1, 8)).transpose(3, 4)


def _merge_blocks(blocks: Tensor) -> Tensor:
    """The inverse of `_split_blocks`."""
    return blocks.transpose(3, 4).flatten(4, 5).flatten(2, 3)
