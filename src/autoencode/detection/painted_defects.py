"""Good pictures with defects painted on them, from which a network learns what a defect is."""

import math
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor

from autoencode.nn.tiling.patches import reflect_indices

Crops = Float[Tensor, "n channels side side"]
Fill = Callable[["DefectPainter", Crops], Crops]
_MASKS, _NOISES = 512, 256
_PAINTED, _TWICE = 0.75, 0.3
"""The share of crops with a defect, and with another one over it."""
_VISIBLE = 0.12
"""Mean change within 5×5 pixels, in standard deviations of the pictures, from which on a pixel counts as painted."""
_ANGLE, _SHEAR, _SIZE = 0.1, 0.08, 1.14
"""How far a good crop is rotated (radians), sheared and scaled."""


class Draws:
    """Random numbers, one for each of n crops.

    Args:
        generator: of them.
    """

    def __init__(self, generator: torch.Generator) -> None:
        self.generator = generator

    def uniform(self, n: int, low: int | float = 0, high: int | float = 1) -> Float[Tensor, " n"]:
        """Evenly between two numbers."""
        return low + (high - low) * torch.rand(n, generator=self.generator)

    def log_uniform(self, n: int, low: int | float, high: int | float) -> Float[Tensor, " n"]:
        """With a logarithm evenly between two."""
        return low * (high / low) ** self.uniform(n)

    def column(self, n: int, low: int | float, high: int | float) -> Float[Tensor, "n 1 1 1"]:
        """As `uniform`, a factor for crops."""
        return self.uniform(n, low, high)[:, None, None, None]

    def normal(self, n: int, channels: int) -> Float[Tensor, "n channels 1 1"]:
        """Standard normal, a colour for each crop."""
        return torch.randn(n, channels, 1, 1, generator=self.generator)


class DefectPainter:
    """Draws crops of good pictures and paints random defects on most of them.

    Areas are blobs, superellipses and strokes with hard and soft edges. They are filled with another place of the good
    pictures at any angle and size, with noise of any scale, with one colour, or with what was there after a change of
    contrast and brightness, a blur, sharpening, or noise; opaque or not. What is painted is often no defect that
    anyone has seen: what matters is that the network has to know the good pictures to find it.

    Good crops are slightly rotated, sheared and scaled, brighter or darker, so that good pictures may differ as much.

    Args:
        pictures: good ones, (channels, height, width) each, in units of their standard deviation round 0.
        side: of the crops, in pixels; smaller pictures are reflected at their edges.
        generator: of all that is random.

    References:
        Zavrtanik, Kristan and Skočaj, "DRAEM", ICCV 2021, which paints textures within thresholded noise; Li et al.,
        "CutPaste", CVPR 2021; Schlüter et al., "Natural synthetic anomalies", ECCV 2022.
    """

    def __init__(
        self, pictures: Sequence[Float[Tensor, "channels _h _w"]], side: int, generator: torch.Generator
    ) -> None:
        self.pictures = [_at_least(picture, side) for picture in pictures]
        self.side, self.generator, self.draws = side, generator, Draws(generator)
        self._masks = torch.cat([_areas(16, side, generator) for _ in range(_MASKS // 16)])
        self._noises = torch.cat([_noise(side, self._cells(side), generator) for _ in range(_NOISES)])
        pixels = torch.tensor([float(picture[0].numel()) for picture in self.pictures])
        self._weights = pixels / pixels.sum()

    def __call__(self, n: int) -> tuple[Crops, Bool[Tensor, "n 1 side side"]]:
        """Crops, and where they were painted over."""
        x = self.good(n)
        painted = torch.zeros(n, 1, self.side, self.side, dtype=torch.bool)
        for share in (_PAINTED, _TWICE):
            rows = (torch.rand(n, generator=self.generator) < share).nonzero()[:, 0]
            if len(rows):
                x[rows], seen = self._paint(x[rows])
                painted[rows] |= seen
        return x, painted

    def good(self, n: int) -> Crops:
        """Crops without defects, slightly changed."""
        exact = self.draws.uniform(n) < 0.3
        angle, size = self.draws.uniform(n, -_ANGLE, _ANGLE), self.draws.log_uniform(n, 1 / _SIZE, _SIZE)
        shear = self.draws.uniform(n, -_SHEAR, _SHEAR)
        angle, size, shear = angle.where(~exact, 0.0), size.where(~exact, 1.0), shear.where(~exact, 0.0)
        x = self._cut(_matrices(angle, size, shear, torch.ones(n)))
        return x * self.draws.column(n, 0.85, 1.15) + 0.1 * self.draws.normal(n, 1)

    def moved(self, n: int) -> Crops:
        """Crops of any angle and size, or rotated by a multiple of 90 degrees; half of them mirrored."""
        upright = self.draws.uniform(n) < 0.4
        quarter = torch.randint(4, (n,), generator=self.generator) * (math.pi / 2)
        angle = quarter.where(upright, self.draws.uniform(n, 0, 2 * math.pi))
        size = self.draws.log_uniform(n, 0.5, 2).where(~upright, 1.0)
        shear = self.draws.uniform(n, -0.3, 0.3).where(~upright, 0.0)
        mirrored = torch.randint(2, (n,), generator=self.generator) * 2.0 - 1
        return self._cut(_matrices(angle, size, shear, mirrored))

    def _paint(self, x: Crops) -> tuple[Crops, Tensor]:
        n = len(x)
        area = self._pick(self._masks, n)
        kinds = torch.multinomial(_SHARES, n, replacement=True, generator=self.generator)
        filled = torch.empty_like(x)
        for kind in kinds.unique().tolist():
            filled[kinds == kind] = _FILLS[kind](self, x[kinds == kind])
        opaque = self.draws.uniform(n) < 0.5
        opacity = self.draws.uniform(n, 0.25, 1).where(~opaque, 1.0)[:, None, None, None]
        y = x + (filled - x) * area * opacity
        change = _box((y - x).abs().mean(1, keepdim=True), 2)
        return y, (area > 0.5) & (change > _VISIBLE)

    def _cut(self, matrices: Float[Tensor, "n 2 2"]) -> Crops:
        """Crops at random places, of the pixels round the centre that a matrix leads to."""
        n = len(matrices)
        chosen = torch.multinomial(self._weights, n, replacement=True, generator=self.generator)
        u, v = torch.rand(2, n, generator=self.generator)
        reach = matrices.abs().sum(2).amax(1)  # how far from its centre a crop looks, in halves of its side
        return torch.cat([self._crop(*one) for one in zip(chosen.tolist(), u, v, matrices, reach, strict=True)])

    def _crop(self, which: int, u: Tensor, v: Tensor, matrix: Tensor, reach: Tensor) -> Tensor:
        picture, side = self.pictures[which], self.side
        height, width = picture.shape[1:]
        top, left = int(u * (height - side + 1)), int(v * (width - side + 1))
        if torch.equal(matrix, torch.eye(2)):
            return picture[None, :, top : top + side, left : left + side]
        half = math.ceil(float(reach) * side / 2) + 1
        rows, columns = _span(top + side / 2, half, height), _span(left + side / 2, half, width)
        near = picture[None, :, rows, columns]
        size = torch.tensor([near.shape[3], near.shape[2]], dtype=torch.float32)
        centre = torch.tensor([left - columns.start + side / 2, top - rows.start + side / 2])
        grid = torch.cat([matrix * (side / size)[:, None], (2 * centre / size - 1)[:, None]], 1)[None]
        places = F.affine_grid(grid, [1, len(picture), side, side], align_corners=False)
        return F.grid_sample(near, places, padding_mode="reflection", align_corners=False)

    def noise(self, n: int) -> Float[Tensor, "n 1 side side"]:
        """Smooth noise of about unit variance, of any scale."""
        return self._pick(self._noises, n)

    def _pick(self, bank: Tensor, n: int) -> Tensor:
        """Some of a bank, mirrored or transposed together."""
        found = bank[torch.randint(len(bank), (n,), generator=self.generator)]
        across, down, swapped = (torch.rand(3, generator=self.generator) < 0.5).tolist()
        found = found.flip(3) if across else found
        found = found.flip(2) if down else found
        return found.mT if swapped else found

    def _cells(self, side: int) -> tuple[int, int]:
        a, b = self.draws.log_uniform(2, 2, side / 2).tolist()
        return int(a), int(b)


def _elsewhere(painter: DefectPainter, x: Crops) -> Crops:
    return painter.moved(len(x))


def _tinted(painter: DefectPainter, x: Crops) -> Crops:
    n, channels = x.shape[:2]
    return painter.moved(n) * painter.draws.column(n, 0.5, 1.2) + 0.4 * painter.draws.normal(n, channels)


def _foreign(painter: DefectPainter, x: Crops) -> Crops:
    n, channels = x.shape[:2]
    tint = 1 + 0.5 * painter.draws.normal(n, channels)
    noise = painter.draws.column(n, 0.1, 1.2) * painter.noise(n)
    return 0.9 * painter.draws.normal(n, channels) + noise * tint


def _uneven(painter: DefectPainter, x: Crops) -> Crops:
    return x + painter.draws.column(len(x), 0.3, 1.2) * painter.noise(len(x))


def _contrast(painter: DefectPainter, x: Crops) -> Crops:
    n, channels = x.shape[:2]
    return x * painter.draws.column(n, -0.5, 2) + 0.8 * painter.draws.normal(n, channels)


def _plain(painter: DefectPainter, x: Crops) -> Crops:
    return (1.2 * painter.draws.normal(*x.shape[:2])).expand_as(x)


def _noisy(painter: DefectPainter, x: Crops) -> Crops:
    return x + torch.randn(x.shape, generator=painter.generator) * painter.draws.column(len(x), 0.3, 1.5)


def _blurred(painter: DefectPainter, x: Crops) -> Crops:
    """Sharpened, blurred a little, or much."""
    little, more = _box(x, 1), _box(x, 3)
    which = painter.draws.column(len(x), 0, 1)
    return torch.where(which < 0.3, 3 * x - 2 * more, torch.where(which < 0.65, little, _box(more, 2)))


_FILLS: tuple[Fill, ...] = (_elsewhere, _foreign, _contrast, _blurred, _noisy, _plain, _tinted, _uneven)
_SHARES = torch.tensor([0.05, 0.19, 0.14, 0.21, 0.08, 0.12, 0.12, 0.09])
"""Of the ways to fill. Another place of the pictures is rare: a network that has to find it learns the good ones by
heart."""


def _areas(n: int, side: int, generator: torch.Generator) -> Float[Tensor, "n 1 side side"]:
    """Opacity of random areas: blobs, superellipses, and strokes along level lines of noise."""

    def log_uniform(low: int | float, high: int | float) -> Tensor:
        return Draws(generator).log_uniform(n, low, high)[:, None, None]

    places = torch.arange(side) + 0.5
    y, x = torch.meshgrid(places, places, indexing="ij")
    centre_y, centre_x = (torch.rand(2, n, generator=generator) * side)[..., None, None]
    radius, aspect = log_uniform(4, side / 3), log_uniform(1, 3).sqrt()
    angle, power = (torch.rand(n, generator=generator) * math.pi)[:, None, None], log_uniform(1, 6)
    u = ((x - centre_x) * angle.cos() + (y - centre_y) * angle.sin()) / aspect
    v = ((y - centre_y) * angle.cos() - (x - centre_x) * angle.sin()) * aspect
    inside = 1 - ((u.abs() / radius) ** power + (v.abs() / radius) ** power).clamp_min(1e-12) ** (1 / power)
    noise = torch.cat([_noise(side, (int(c), int(c)), generator) for c in log_uniform(3, 14)])[:, 0]
    down, right = (torch.gradient(noise, dim=axis)[0] for axis in (1, 2))
    along = log_uniform(0.7, 3.5) - (noise - 0.3).abs() / ((down**2 + right**2).sqrt() + 1e-3)
    stroke = torch.minimum(along, (0.5 + inside) * radius)
    kind = torch.rand(n, generator=generator)[:, None, None]
    depth = torch.where(
        kind < 0.45, (0.6 * inside + 0.3 * noise) * radius, torch.where(kind < 0.75, inside * radius, stroke)
    )
    softness = log_uniform(0.5, 6)
    return torch.sigmoid(4 * depth / softness.where(kind < 0.75, softness.clamp_max(1.0)))[:, None]


def _noise(side: int, cells: tuple[int, int], generator: torch.Generator) -> Float[Tensor, "1 1 side side"]:
    """Smooth noise of about unit variance, with so many cells down and across."""
    values = torch.randn(1, 1, cells[0] + 1, cells[1] + 1, generator=generator)
    return F.interpolate(values, size=(side, side), mode="bicubic", align_corners=True)


def _matrices(angle: Tensor, size: Tensor, shear: Tensor, mirrored: Tensor) -> Float[Tensor, "n 2 2"]:
    """From pixels of a crop, counted from its centre, to those of the picture."""
    first = torch.stack([size * angle.cos() * mirrored, shear - size * angle.sin()], 1)
    return torch.stack([first, torch.stack([size * angle.sin() * mirrored, size * angle.cos()], 1)], 1)


def _span(centre: float, half: int, length: int) -> slice:
    """So many pixels round a place, as far as the picture goes."""
    start = max(0, min(math.floor(centre) - half, length - 2 * half))
    return slice(start, min(length, start + 2 * half))


def _box(x: Crops, radius: int) -> Crops:
    return F.avg_pool2d(F.pad(x, (radius,) * 4, mode="reflect"), 2 * radius + 1, 1)


def _at_least(picture: Float[Tensor, "channels _h _w"], side: int) -> Float[Tensor, "channels _h2 _w2"]:
    """A picture that is smaller than a crop, extended by reflection."""
    height, width = picture.shape[1:]
    rows = reflect_indices(0, max(side, height), height)
    return picture[:, rows[:, None], reflect_indices(0, max(side, width), width)]
