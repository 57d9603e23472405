"""Many thumbnails in one picture."""

import numpy as np
import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor
from torch.nn import functional as F


def fitting(pictures: Float[Tensor, "n channels height width"], side: int) -> tuple[int, int]:
    """Width and height of thumbnails of at most `side` pixels, with the pictures' proportions; never enlarged."""
    height, width = pictures.shape[-2:]
    factor = min(1.0, side / max(height, width))
    return max(1, round(width * factor)), max(1, round(height * factor))


def sheet(pictures: Float[Tensor, "n channels height width"], size: tuple[int, int], columns: int) -> Image.Image:
    """Thumbnails in rows without gaps; the rest of the last row is black.

    Args:
        pictures: in [0, 1]. Three channels are colours; any other number is shown as the grey mean of the channels.
        size: (width, height) of a thumbnail in pixels.
        columns: thumbnails in a row.
    """
    width, height = size
    x = pictures.detach().cpu().float().nan_to_num()
    x = (x if x.shape[1] == 3 else x.mean(1, keepdim=True)).clamp(0, 1)
    if tuple(x.shape[-2:]) != (height, width):
        x = F.interpolate(x, (height, width), mode="bilinear", antialias=True)
    rows, channels = -(-len(x) // columns), x.shape[1]
    laid = torch.zeros(rows * columns, channels, height, width)
    laid[: len(x)] = x
    laid = laid.reshape(rows, columns, channels, height, width).permute(0, 3, 1, 4, 2)
    pixels = (laid.reshape(rows * height, columns * width, channels) * 255).round().numpy().astype(np.uint8)
    return Image.fromarray(pixels if channels == 3 else pixels[..., 0])
