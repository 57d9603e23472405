"""A network that fills a gap in a series from what is on both sides of it."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Float32
from torch import Tensor, nn

WINDOW, GAP = 128, 32
"""Steps that are seen at a time, and those in the middle that are filled."""
_CHANNELS, _DILATIONS = 32, (1, 2, 4, 8, 16, 32)
_LEAST_LOG_SCALE, _MOST_LOG_SCALE = -3.0, 3.0
_BATCH, _LEARNING_RATE, _WARM_UP, _LONGEST = 32, 3e-3, 50, 5.0
_SHORTEST, _FURTHEST = 0.5, 1.5
"""Gaps of the training are between so many times as long as those that are filled at use."""


@dataclass(frozen=True, eq=False)
class Windows:
    """Stretches of series, (n, numbers, steps).

    Args:
        z: the numbers; 0 where there is none.
        there: which are there, and no gap of the series or a place beyond its ends.
    """

    z: Float32[Tensor, "n numbers steps"]
    there: Bool[Tensor, "n numbers steps"]


class GapFiller(nn.Module):
    """The normal density of each number in a gap, given the steps on both sides of it.

        window without the gap ─► convolution ─► residual blocks, dilations 1 to 32 ─► mean and log scale of each number

    A step is never seen where it is scored, so that an anomaly cannot be copied from the input as a plain autoencoder
    does. The scale is predicted too: what cannot be foreseen is expected to vary.

    Args:
        width: numbers of a step.

    References:
        Convolutions with growing dilation: Yu and Koltun, "Multi-scale context aggregation", ICLR 2016.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.first = nn.Conv1d(2 * width, _CHANNELS, 5, padding=2)
        self.blocks = nn.Sequential(*(_Block(_CHANNELS, dilation) for dilation in _DILATIONS))
        self.last = nn.Conv1d(_CHANNELS, 2 * width, 1)
        nn.init.zeros_(self.last.weight)

    def forward(self, windows: Windows, hidden: Bool[Tensor, "n steps"]) -> Float32[Tensor, "n numbers steps"]:
        """Minus the log density of each number, in nats above the least that is possible; 0 where there is none.

        Args:
            windows: of any length.
            hidden: the steps of the gap, which are not seen.
        """
        seen = (windows.there & ~hidden[:, None]).to(windows.z.dtype)
        y = self.last(F.relu(self.blocks(self.first(torch.cat([windows.z * seen, seen], 1)))))
        mean, log_scale = y[:, : self.width], y[:, self.width :].clamp(_LEAST_LOG_SCALE, _MOST_LOG_SCALE)
        squares = ((windows.z - mean) / log_scale.exp()).square() / 2
        return (squares + log_scale - _LEAST_LOG_SCALE) * windows.there

    def fit(
        self,
        draw: Callable[[int], Windows],
        steps: int,
        generator: torch.Generator,
        after_step: Callable[[float], object] = lambda loss: None,
    ) -> "GapFiller":
        """Trains it, and leaves it in evaluation mode.

        Args:
            draw: gives so many random windows.
            steps: of the training, each with 32 windows.
            generator: of the gaps.
            after_step: is called with the loss, in nats for each number of a gap.
        """
        optimizer = torch.optim.Adam(self.parameters(), lr=_LEARNING_RATE)
        self.train()
        for step in range(steps):
            optimizer.param_groups[0]["lr"] = _LEARNING_RATE * min(1, (step + 1) / _WARM_UP) * (1 - step / steps)
            windows = draw(_BATCH)
            hidden = _random_gaps(_BATCH, windows.z.shape[2], generator)
            counted = windows.there & hidden[:, None]
            loss = (self(windows, hidden) * counted).sum() / counted.sum().clamp_min(1)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.parameters(), _LONGEST)
            optimizer.step()
            after_step(float(loss.detach()) + _LEAST_LOG_SCALE)
        return self.eval().requires_grad_(requires_grad=False)


class _Block(nn.Module):
    """A residual block."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.wide = nn.Conv1d(channels, channels, 3, padding=dilation, dilation=dilation)
        self.mix = nn.Conv1d(channels, channels, 1)

    def forward(self, x: Float[Tensor, "n channels steps"]) -> Float[Tensor, "n channels steps"]:
        """The input and what the block adds to it."""
        return x + self.mix(F.relu(self.wide(F.relu(x))))


def _random_gaps(n: int, steps: int, generator: torch.Generator) -> Bool[Tensor, "n steps"]:
    """A gap at a random place of each window."""
    share = _SHORTEST + (_FURTHEST - _SHORTEST) * torch.rand(n, 1, generator=generator)
    length = (share * GAP).round()
    begin = (torch.rand(n, 1, generator=generator) * (steps - length + 1)).floor()
    places = torch.arange(steps)
    return (places >= begin) & (places < begin + length)
