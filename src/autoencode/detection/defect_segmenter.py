"""A network that says where a picture was painted over."""

from collections.abc import Callable
from itertools import pairwise

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from autoencode.detection.filter_energies import FilterEnergies
from autoencode.detection.painted_defects import DefectPainter
from autoencode.detection.patch_bands import PatchBands

_WIDTHS = (16, 32, 64)
_BATCH, _EXAMPLES = 16, 16
_LEARNING_RATE, _BETAS, _DECAY, _WARM_UP, _LONGEST = 4e-3, (0.9, 0.99), 1e-2, 50, 1.0
_MOST_DEVIATIONS, _MOST_DISTANCE = 6.0, 8.0


class DefectSegmenter(nn.Module):
    """A small U-Net over pixels and statistics of patches; its output is the log-odds of each pixel to be painted over.

        x ─┬─► pixel unshuffle ─────────────────────────┐
           ├─► filter energies ─► and their length ─────┤
           └─► patch bands ─────────────────────────────┴─► 16 channels ──────────────┬─► 16 ─► pixel shuffle
                                                              └► half ─► 32 ────┬─► 32┘
                                                                  └► half ─► 64 ┘
    A place that is unusual by these statistics is in sight from the first step; what is learned is which of the
    unusual places are defects, and to see those that they do not show. It is fully convolutional, and batch
    normalisation has its running averages at use, so that a pixel depends on those near it alone.

    Args:
        channels: of the pictures, (batch, channels, height, width), in units of their standard deviation round 0.

    References:
        Ronneberger, Fischer and Brox, "U-Net", MICCAI 2015.
    """

    multiple = 8

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.energies, self.bands = FilterEnergies(channels), PatchBands(channels)
        first, *_ = _WIDTHS
        self.first = nn.Sequential(
            _Layer(4 * channels + self.energies.width + 1 + self.bands.width, first), _Layer(first, first)
        )
        pairs = list(pairwise(_WIDTHS))
        self.down = nn.ModuleList(_Down(a, b) for a, b in pairs)
        self.up = nn.ModuleList(nn.ConvTranspose2d(b, a, 2, stride=2) for a, b in pairs)
        self.join = nn.ModuleList(_Layer(2 * a, a) for a, _ in pairs)
        self.last = nn.Conv2d(first, 4, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        self.halo = max(self.energies.halo, self.bands.halo) + 2 * 2 + 4 * 2 + 8 * 2 + 4 + 2 + 2 + 8

    def fit(
        self,
        painter: DefectPainter,
        steps: int,
        after_step: Callable[[float], object] = lambda loss: None,
    ) -> "DefectSegmenter":
        """Trains it, and leaves it in evaluation mode.

        Args:
            painter: gives the pictures.
            steps: of the training, each with 16 crops.
            after_step: is called with the loss, the cross-entropy in nats for each pixel.
        """
        examples = torch.cat([painter.good(_BATCH) for _ in range(_EXAMPLES)])
        self.energies.fit(examples)
        self.bands.fit(examples, painter.generator)
        optimizer = torch.optim.AdamW(self.parameters(), lr=_LEARNING_RATE, betas=_BETAS, weight_decay=_DECAY)
        self.train()
        for step in range(steps):
            optimizer.param_groups[0]["lr"] = _LEARNING_RATE * min(1, (step + 1) / _WARM_UP) * (1 - step / steps)
            x, painted = painter(_BATCH)
            loss = F.binary_cross_entropy_with_logits(self(x), painted.float())
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.parameters(), _LONGEST)
            optimizer.step()
            after_step(float(loss.detach()))
        return self.eval().requires_grad_(requires_grad=False)

    def forward(self, x: Float[Tensor, "n channels height width"]) -> Float[Tensor, "n 1 height width"]:
        """Log-odds of pixels, in nats; the sides of the pictures are multiples of 8."""
        with torch.no_grad():
            z = self.energies(x)
            distance = z.square().mean(1, keepdim=True).sqrt().clamp_max(_MOST_DISTANCE)
            z = z.clamp(-_MOST_DEVIATIONS, _MOST_DEVIATIONS) / 2
            statistics = torch.cat([z, distance, self.bands(x)], 1)
        maps = [self.first(torch.cat([F.pixel_unshuffle(x, 2), statistics], 1))]
        for down in self.down:
            maps.append(down(maps[-1]))
        y = maps.pop()
        for up, join in zip(reversed(self.up), reversed(self.join), strict=True):
            y = join(torch.cat([up(y), maps.pop()], 1))
        return F.pixel_shuffle(self.last(y), 2)


class _Layer(nn.Sequential):
    """A convolution, batch normalisation, ReLU."""

    def __init__(self, inputs: int, outputs: int, side: int = 3, stride: int = 1) -> None:
        convolution = nn.Conv2d(inputs, outputs, side, stride, padding=side // 2 if stride == 1 else 0, bias=False)
        nn.init.kaiming_normal_(convolution.weight)
        super().__init__(convolution, nn.BatchNorm2d(outputs), nn.ReLU())


class _Down(nn.Sequential):
    """Half the size, and two layers more."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(_Layer(inputs, outputs, 2, 2), _Layer(outputs, outputs), _Layer(outputs, outputs))
