"""How well small patches follow the correlations that patches of good pictures have."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from autoencode.detection.filter_energies import blurred

_SIDE, _BANDS, _LEVELS = 7, 5, 2
_RIDGE, _SMALLEST, _MOST = 1e-3, 1e-4, 5.0
_MOST_PATCHES, _EDGE = 60_000, 4


class PatchBands(nn.Module):
    """Energies of patches of 7×7 pixels along the principal axes of patches of good pictures, in five bands.

        x ─► (patch − mean) · axis / standard deviation there ─► square ─► mean of a band ─► blur ─► logarithm

    Bands are of axes in the order of their variance; all bands together are the Mahalanobis distance of a patch. What
    breaks a correlation between neighbours that good pictures always have is in the bands of small variance. The same
    is done at half the size. Each channel has axes of its own.

    Args:
        channels: of the pictures.
    """

    axes: Tensor
    offset: Tensor
    mean: Tensor
    deviation: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.width = _LEVELS * _BANDS * channels
        self.halo = 2 * (_SIDE // 2 + 3 + 1)
        self.register_buffer("axes", torch.zeros(_LEVELS, channels * _SIDE**2, 1, _SIDE, _SIDE))
        self.register_buffer("offset", torch.zeros(_LEVELS, channels * _SIDE**2))
        self.register_buffer("mean", torch.zeros(self.width, 1, 1))
        self.register_buffer("deviation", torch.ones(self.width, 1, 1))

    def fit(self, x: Float[Tensor, "n channels height width"], generator: torch.Generator) -> "PatchBands":
        """Takes the axes of patches of good pictures, and mean and deviation of the bands.

        Args:
            x: (n, channels, height, width).
            generator: chooses the patches.
        """
        for level, pictures in enumerate(_levels(x)):
            found = [self._principal(pictures[:, [channel]], generator) for channel in range(x.shape[1])]
            axes, offsets = zip(*found, strict=True)
            self.axes[level] = torch.cat(axes).view(-1, 1, _SIDE, _SIDE)
            self.offset[level] = torch.cat(offsets)
        bands = self._bands(x)[:, :, _EDGE:-_EDGE, _EDGE:-_EDGE].movedim(1, 0).flatten(1)
        self.mean.copy_(bands.mean(1)[:, None, None])
        self.deviation.copy_(bands.std(1).clamp_min(_SMALLEST)[:, None, None])
        return self

    def forward(self, x: Float[Tensor, "n channels height width"]) -> Float[Tensor, "n features half_h half_w"]:
        """Bands at half the size of the pictures, in standard deviations of good ones; at most 5 of them."""
        return ((self._bands(x) - self.mean) / self.deviation).clamp(-_MOST, _MOST)

    def _principal(
        self, x: Float[Tensor, "n 1 height width"], generator: torch.Generator
    ) -> tuple[Float[Tensor, "axes values"], Float[Tensor, " axes"]]:
        """Axes of patches, divided by the standard deviations along them; and the patches' mean along them."""
        patches = F.unfold(x, _SIDE).movedim(1, 2).flatten(0, 1)
        chosen = patches[torch.randperm(len(patches), generator=generator)[:_MOST_PATCHES]].double()
        variances, axes = torch.linalg.eigh(torch.cov(chosen.T))
        axes = (axes / (variances.clamp_min(0) + _RIDGE).sqrt()).T
        return axes.float(), (axes @ chosen.mean(0)).float()

    def _bands(self, x: Tensor) -> Tensor:
        found = list[Tensor]()
        for level, pictures in enumerate(_levels(x)):
            channels, edged = x.shape[1], F.pad(pictures, (_SIDE // 2,) * 4, mode="replicate")
            along = F.conv2d(edged, self.axes[level], -self.offset[level], groups=channels).square()
            bands = along.unflatten(1, (channels, -1)).tensor_split(_BANDS, 2)
            energy = torch.stack([band.mean(2) for band in bands], 2).flatten(1, 2)
            energy = F.avg_pool2d(energy, 2) if level == 0 else energy
            found.append((blurred(energy, 1.0) + _SMALLEST).log())
        return torch.cat(found, 1)


def _levels(x: Float[Tensor, "n channels height width"]) -> Iterator[Tensor]:
    """Pictures at their size, and at half of it."""
    yield x
    yield F.avg_pool2d(x, 2)
