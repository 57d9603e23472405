"""Masks in colours over their pictures."""

import numpy as np
import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor

from autoencode.views.figures.palette import palette

_OPACITY = 0.35


def overlay(
    picture: UInt8[np.ndarray, "_channels height width"],
    classes: np.ndarray,
    objects: np.ndarray | None = None,
    colours: tuple[int, ...] = (),
) -> UInt8[np.ndarray, "3 height width"]:
    """A picture with each class but the first in a colour of its own, and lines around areas.

    Args:
        picture: (1 or 3, height, width).
        classes: of each pixel, (height, width); those below 1 are left as they are.
        objects: a number for each object, which gets a line around it; by default around areas of a class.
        colours: of the classes, as 0xRRGGBB; by default those of figures.
    """
    shown = np.broadcast_to(picture, (3, *picture.shape[1:])).astype(np.float32)
    table = _colours(int(classes.max(initial=0)) + 1, colours)
    inside = classes > 0
    own = np.moveaxis(table[np.maximum(classes, 0)], -1, 0)
    shown = np.where(inside, (1 - _OPACITY) * shown + _OPACITY * own, shown)
    shown = np.where(_edges(classes if objects is None else objects) & inside, own, shown)
    return np.rint(shown).astype(np.uint8)


def _colours(n: int, colours: tuple[int, ...]) -> np.ndarray:
    """Red, green and blue of each class from 0 to 255, (n, 3)."""
    if len(colours) >= n:
        return np.array([[colour >> shift & 255 for shift in (16, 8, 0)] for colour in colours], np.float32)
    others = [(0.0, 0.0, 0.0), *(colour[:3] for colour in palette(max(2, n))[1:n])]
    return 255 * np.array(others, np.float32)


def _edges(numbers: np.ndarray) -> np.ndarray:
    """Pixels with another number right of them or below."""
    edge = np.zeros(numbers.shape, bool)
    edge[:-1] |= numbers[:-1] != numbers[1:]
    edge[:, :-1] |= numbers[:, :-1] != numbers[:, 1:]
    edge[1:] |= numbers[:-1] != numbers[1:]
    edge[:, 1:] |= numbers[:, :-1] != numbers[:, 1:]
    return edge


def overlays(
    pictures: Float[Tensor, "n channels height width"], classes: Int64[Tensor, "n height width"]
) -> Float[Tensor, "n 3 height width"]:
    """The same of several pictures with values from 0 to 1."""
    shown = (pictures.clamp(0, 1) * 255).round().byte().cpu().numpy()
    drawn = [overlay(one, mask) for one, mask in zip(shown, classes.cpu().numpy(), strict=True)]
    return torch.from_numpy(np.stack(drawn)).float() / 255
