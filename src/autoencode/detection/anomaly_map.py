"""How unusual each pixel of a picture is, and the picture."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from autoencode.detection.defect_segmenter import DefectSegmenter
from autoencode.detection.filter_energies import blurred
from autoencode.detection.painted_defects import DefectPainter
from autoencode.errors import ArgumentError
from autoencode.nn.tiling.patches import crop_reflected
from autoencode.nn.tiling.tiling import Span, smallest_tile, spans
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, track

CROP = 64
"""Side of the crops that are learned from, in pixels."""
_PIXELS, _BLUR, _BLUR_REACH = 160, 1.5, 4
_TILE = 512


class AnomalyMap(nn.Module):
    """Learns good pictures by painting defects on them; gives the log-odds of a defect at each pixel of any picture.

        picture ─► standardised ─► DefectSegmenter ─► blur ─► map ─► mean of its 160 highest pixels: the score

    A score is that of the most unusual place, so that a small defect counts as much in a large picture. It depends on
    the picture alone. Pictures may have any size, and are computed in tiles: memory besides the picture and its map
    does not grow.

    Args:
        channels: 1 for grey, 3 for colour.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.segmenter = DefectSegmenter(channels)
        self.register_buffer("mean", torch.zeros(channels, 1, 1))
        self.register_buffer("deviation", torch.ones(channels, 1, 1))

    @classmethod
    @tuned_cpu()
    def fit(
        cls,
        pictures: Sequence[UInt8[Tensor, "channels _h _w"]],
        *,
        steps: int,
        seed: int,
        reporter: Reporter,
        cancel: CancelToken | None = None,
    ) -> "AnomalyMap":
        """Learns from good pictures.

        Args:
            pictures: of one number of channels, and any sizes.
            steps: of the training, about 85 ms each on one core.
            seed: of all that is random; the state of PyTorch's own generator stays as it is.
            reporter: receives the progress of "training".
            cancel: checked after each step.

        Raises:
            CancelledError: `cancel` was set.
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            model = cls(len(pictures[0]))
            values = torch.cat([picture.flatten(1) for picture in pictures], 1).double()
            model.mean.copy_(values.mean(1)[:, None, None])
            model.deviation.copy_(values.std(1).clamp_min(1.0)[:, None, None])
            generator = torch.Generator().manual_seed(seed)
            painter = DefectPainter([model._standardise(picture) for picture in pictures], CROP, generator)
            with track(reporter, "training", steps, "steps", cancel=cancel) as progress:
                model.segmenter.fit(painter, steps, lambda loss: progress.advance(detail=f"loss {loss:.3f}"))
        return model.eval()

    @tuned_cpu()
    @torch.no_grad()
    def forward(
        self,
        picture: UInt8[Tensor, "channels height width"],
        *,
        tile: int = _TILE,
        cancel: CancelToken | None = None,
    ) -> Float[Tensor, "height width"]:
        """The log-odds of a defect at each pixel, in nats, averaged over its neighbours.

        Args:
            picture: uint8.
            tile: the longest side of the pieces that are computed at a time, in pixels.
            cancel: checked after each tile.

        Raises:
            ArgumentError: the tile is too small.
            CancelledError: `cancel` was set.
        """
        halo = self.segmenter.halo + _BLUR_REACH
        if tile < smallest_tile(halo, self.segmenter.multiple):
            raise ArgumentError(f"a tile has {smallest_tile(halo, self.segmenter.multiple)} pixels or more, not {tile}")
        rows, columns = (spans(side, halo, self.segmenter.multiple, tile) for side in picture.shape[1:])
        found = torch.empty(picture.shape[1:])
        for row, column in product(rows, columns):
            if cancel is not None:
                cancel.raise_if_cancelled()
            found[row.kept, column.kept] = self._piece(picture, row, column)[row.inside, column.inside]
        return found

    def _piece(self, picture: Tensor, row: Span, column: Span) -> Float[Tensor, "_h _w"]:
        x = self._standardise(crop_reflected(picture, row.start, column.start, (row.length, column.length)))
        return blurred(self.segmenter(x[None]), _BLUR)[0, 0]

    def _standardise(self, picture: UInt8[Tensor, "channels _h _w"]) -> Float[Tensor, "channels _h _w"]:
        return (picture.float() - self.mean) / self.deviation


def picture_score(found: Float[Tensor, "height width"]) -> float:
    """The score of a picture: the mean over its 160 most unusual pixels, or over all of fewer.

    Args:
        found: its map.
    """
    return float(found.flatten().topk(min(_PIXELS, found.numel())).values.double().mean())


def to_channels(picture: UInt8[np.ndarray, "_channels height width"], channels: int) -> UInt8[Tensor, "_ height width"]:
    """A picture with as many channels as a detector has: grey for three channels is repeated, colour becomes grey.

    Args:
        picture: 1 or 3 channels.
        channels: 1 or 3.
    """
    x = torch.from_numpy(np.ascontiguousarray(picture))
    if len(x) == channels:
        return x
    if channels == 3:
        return x.expand(3, -1, -1)
    weights = torch.tensor([0.299, 0.587, 0.114])[:, None, None]
    return (x.float() * weights).sum(0, keepdim=True).round().to(torch.uint8)
