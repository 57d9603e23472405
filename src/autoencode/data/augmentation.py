"""Data augmentation: pictures moved, mirrored, rotated, scaled and exposed otherwise at random."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
from jaxtyping import Float, Int64, Shaped
from torch import Tensor
from torch.nn import functional as F

from autoencode.data.batch import Batch
from autoencode.data.music.variation import excerpts, transposed
from autoencode.errors import ArgumentError

_MIRRORS = 4
"""Positions that keep the shape of an oblong picture."""
KINDS = "none, auto, rotate, mirror, flip, affine, stretch, intensity, shift:N, and for music transpose:N and excerpt:N"
AUTO = "auto"
_SWITCHES = ("rotate", "mirror", "flip", "affine", "stretch", "intensity")
_SIZED = ("shift", "transpose", "excerpt")
_ROTATION, _SCALE, _SHIFT = math.pi / 12, 0.2, 0.2
"""In radians; the logarithm of a factor; in halves of a side."""
_STRETCH = 0.2, 0.15
"""Logarithms of factors, along the width (time of a sound) and the height (pitch)."""
_GAMMA, _CONTRAST, _BRIGHTNESS = 0.5, 0.3, 0.15
"""The logarithms of an exponent and of a factor; what is added."""


@dataclass(frozen=True)
class Augmentation:
    """How pictures are changed at random, each time they are trained on; their targets change with them.

    Args:
        rotate: to one of their eight positions: mirrored, upside down, on their side; oblong ones to the four that keep
            their shape. What damages a picture has no direction for a model that sees a neighbourhood only.
        mirror: left and right exchanged, in half of the cases.
        flip: upside down, in half of the cases.
        shift: by at most so many pixels in each direction; the edge is repeated.
        affine: rotated by at most 15°, scaled by up to a fifth, and shifted by up to a tenth, with bilinear
            interpolation; the edge is repeated.
        stretch: longer or shorter by up to a fifth along the width, from the left edge on, and by up to a seventh along
            the height, from the lower edge on: as a sound is faster or slower, and of a larger or smaller speaker.
        intensity: gamma, contrast and brightness, as other cameras and scanners have them; of the input alone where the
            target is another picture or a mask.
        transpose: music by at most so many semitones up or down; pieces that would leave the keyboard stay.
        excerpt: of longer pieces of chords so many steps, from a random one on.

    Example:
        >>> Augmentation.parse("mirror,shift:2") == Augmentation(mirror=True, shift=2)
        True
        >>> str(Augmentation(flip=True, shift=4)), str(Augmentation())
        ('flip,shift:4', 'none')
    """

    rotate: bool = False
    mirror: bool = False
    flip: bool = False
    shift: int = 0
    affine: bool = False
    stretch: bool = False
    intensity: bool = False
    transpose: int = 0
    excerpt: int = 0

    @classmethod
    def parse(cls, text: str) -> "Augmentation":
        """From names with commas between them, as on the command line.

        Raises:
            ArgumentError: there is no such name, or `auto`, which is to be chosen from data.
        """
        found = cls()
        for name in filter(None, (part.strip() for part in text.split(","))):
            kind, _, size = name.partition(":")
            if kind in _SIZED and size.isascii() and size.isdigit() and 0 < int(size) < 2**16:
                found = replace(found, **{kind: int(size)})
            elif name in _SWITCHES:
                found = replace(found, **{name: True})
            elif name != "none" or text.strip() != "none":
                raise ArgumentError(f"--augment takes {KINDS}, with commas between them, not '{name}'")
        return found

    def __str__(self) -> str:
        names = [name for name in _SWITCHES if getattr(self, name)]
        sized = [f"{name}:{getattr(self, name)}" for name in _SIZED if getattr(self, name)]
        return ",".join([*names, *sized]) or "none"

    def __bool__(self) -> bool:
        return self != Augmentation()

    @property
    def of_pictures(self) -> bool:
        """Whether it changes pictures."""
        return replace(self, transpose=0, excerpt=0) != Augmentation()

    @property
    def suits_sounds(self) -> bool:
        """Whether it moves and stretches, and does nothing else."""
        return not replace(self, shift=0, stretch=False)

    def __call__(self, batch: Batch) -> Batch:
        """The batch with its examples changed, by numbers from the global generator.

        Args:
            batch: of pictures, (batch, channels, height, width), or of music. Context that is a picture of the same
                size changes with them.
        """
        if self.transpose:
            semitones = torch.randint(-self.transpose, self.transpose + 1, (len(batch),))
            batch = _changed(batch, partial(transposed, semitones=semitones.to(batch.x.device)))
        if self.excerpt:
            begins = torch.rand(len(batch))
            batch = _changed(batch, partial(excerpts, steps=self.excerpt, begins=begins.to(batch.x.device)))
        if self.rotate:
            batch = _changed(batch, partial(_in_positions, position=_draw_positions(batch.x).to(batch.x.device)))
        for wanted, axis in ((self.mirror, 3), (self.flip, 2)):
            if wanted:
                chosen = torch.rand(len(batch)) < 0.5
                batch = _changed(batch, partial(_flipped, axis=axis, chosen=chosen.to(batch.x.device)))
        if self.shift:
            offsets = torch.randint(-self.shift, self.shift + 1, (len(batch), 2))
            batch = _changed(batch, partial(_shifted, offsets=offsets.to(batch.x.device)))
        if self.affine:
            batch = _changed(batch, partial(_warped, transform=_draw_affine(batch.x).to(batch.x.device)))
        if self.stretch:
            batch = _changed(batch, partial(_warped, transform=_draw_stretch(len(batch.x)).to(batch.x.device)))
        return _exposed(batch) if self.intensity else batch


def check_augmentation(text: str) -> None:
    """Raises unless it can be parsed, or is to be chosen from data.

    Raises:
        ArgumentError: it cannot.
    """
    if text.strip() != AUTO:
        Augmentation.parse(text)


def _changed(batch: Batch, change: Callable[[Tensor], Tensor]) -> Batch:
    x, context = change(batch.x), batch.context
    return replace(
        batch,
        x=x,
        target=x if batch.target is batch.x else change(batch.target),
        context=change(context) if context is not None and context.ndim == 4 else context,
    )


def _draw_positions(x: Tensor) -> Int64[Tensor, " batch"]:
    position = torch.randint(2 * _MIRRORS if x.shape[2] == x.shape[3] else _MIRRORS, (len(x),))
    torch.rand(len(x))  # decides nothing; without it trainings of restorers would draw other noise than was published
    return position


def _in_positions(x: Tensor, position: Tensor) -> Tensor:
    for bit, axes in ((1, 2), (2, 3)):
        x = torch.where(_column(position & bit > 0), x.flip(axes), x)
    return torch.where(_column(position & _MIRRORS > 0), x.mT, x) if x.shape[2] == x.shape[3] else x


def _column(chosen: Tensor) -> Tensor:
    return chosen[:, None, None, None]


def _flipped(x: Tensor, axis: int, chosen: Tensor) -> Tensor:
    return torch.where(_column(chosen), x.flip(axis), x)


def _shifted(
    x: Shaped[Tensor, "batch channels height width"], offsets: Int64[Tensor, "batch 2"]
) -> Shaped[Tensor, "batch channels height width"]:
    """Each picture moved by its own offset; what comes in is its nearest row or column."""
    height, width = x.shape[2:]
    rows = (torch.arange(height, device=x.device) + offsets[:, :1]).clamp(0, height - 1)
    columns = (torch.arange(width, device=x.device) + offsets[:, 1:]).clamp(0, width - 1)
    x = x.gather(2, rows[:, None, :, None].expand_as(x))
    return x.gather(3, columns[:, None, None, :].expand_as(x))


def _draw_affine(x: Tensor) -> Float[Tensor, "batch 2 3"]:
    """From places in the result to places in the picture, both from −1 to 1 along each side."""
    height, width = x.shape[2:]
    angle, scale, across, down = (_draw(len(x), most) for most in (_ROTATION, _SCALE, _SHIFT, _SHIFT))
    factor, aspect = scale.exp(), height / width
    cos, sin = angle.cos() * factor, angle.sin() * factor
    return torch.stack([cos, -sin * aspect, across, sin / aspect, cos, down], 1).unflatten(1, (2, 3))


def _draw_stretch(n: int) -> Float[Tensor, "batch 2 3"]:
    """As `_draw_affine`: what is at the left edge and at the lower edge stays there."""
    across, down = (_draw(n, most).exp() for most in _STRETCH)
    zero = torch.zeros(n)
    return torch.stack([across, zero, across - 1, zero, down, 1 - down], 1).unflatten(1, (2, 3))


def _draw(n: int, most: float) -> Float[Tensor, " n"]:
    """Uniform numbers from −most to most."""
    return (2 * torch.rand(n) - 1) * most


def _warped(x: Tensor, transform: Tensor) -> Tensor:
    grid = F.affine_grid(transform.to(x.dtype), list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, padding_mode="border", align_corners=False)


def _exposed(batch: Batch) -> Batch:
    """Gamma, contrast around the middle grey, and brightness; values above 1 and below 0 stay."""
    n = len(batch)
    gamma, contrast, brightness = (
        _column(_draw(n, most).to(batch.x.device)) for most in (_GAMMA, _CONTRAST, _BRIGHTNESS)
    )
    x = (batch.x.clamp(0, 1) ** gamma.exp() - 0.5) * contrast.exp() + 0.5 + brightness
    return replace(batch, x=x, target=x if batch.target is batch.x else batch.target)
