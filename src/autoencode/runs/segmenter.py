"""A trained segmenter as something that takes pictures of any size."""

import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.nn import functional as F

from autoencode.data import to_unit_floats
from autoencode.data.masks.mask_classes import MaskClasses
from autoencode.errors import CapabilityError, ShapeError
from autoencode.nn import FiniteReceptiveField, apply_tiled, smallest_tile
from autoencode.runs.restorer import N_ORIENTATIONS, oriented, upright
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, nested, resolve_reporter, track

_TILE = 1024
_LUMA = (0.299, 0.587, 0.114)


def require_masks(run: Run) -> MaskClasses:
    """The classes of the masks that a run learned from.

    Raises:
        CapabilityError: it learned from no masks.
    """
    if run.masks is None:
        raise CapabilityError(
            f"{run.path} learned from no masks: train a segmenter with autoencode train PICTURES/ --target MASKS/ "
            "--recipe segmenter"
        )
    return run.masks


class Segmenter:
    """Gives the probability of each class at each pixel, for pictures of any size.

        learned from patches at full size ─► the picture at its size, in tiles: the same as in one piece, to 1/255
        learned from pictures of one size ─► scaled as those were, all of it ─► probabilities scaled back

    A grey model takes the brightness of a colour picture; a colour model takes a grey picture as three equal channels.

    Args:
        run: the trained model.
        ensemble: average over the picture's eight orientations, for pictures without a direction, such as cells. It
            takes eight times as long, and errors that depend on the orientation average out.

    Raises:
        CapabilityError: it learned from no masks, or its weights fit one size only.
    """

    def __init__(self, run: Run, *, ensemble: bool = False) -> None:
        self.classes = require_masks(run)
        if not run.accepts_any_size or not isinstance(run.model.encoder, FiniteReceptiveField):
            raise CapabilityError(f"{run.path} takes pictures of one size only: use --recipe segmenter")
        self.run, self.encoder = run, run.model.encoder
        self.ensemble = ensemble
        self.at_full_size = bool(run.folder.data.options.get("patch"))

    @property
    def white(self) -> float:
        """The number that is white in pictures of 16 bits."""
        high = self.run.folder.data.values.high
        return high if high is not None and high > 255 else 65_535.0

    @tuned_cpu()
    @torch.no_grad()
    def __call__(
        self,
        picture: UInt8[Tensor, "channels height width"],
        *,
        reporter: Reporter | None = None,
        cancel: CancelToken | None = None,
    ) -> Float[Tensor, "classes height width"]:
        """The probability of each class at each pixel.

        Args:
            picture: bytes, on the processor; one channel or three, any size.
            reporter: receives the progress of the task "segmenting a picture", in tiles.
            cancel: checked after each batch of tiles.

        Raises:
            ShapeError: neither one channel nor three.
            CancelledError: `cancel` asked for it.
        """
        if picture.shape[0] not in (1, 3) or 0 in picture.shape:
            raise ShapeError(f"a picture to segment is (1 or 3, height, width), not {tuple(picture.shape)}")
        picture = self._in_channels(picture)
        if not self.ensemble:
            return self._segment(picture, reporter, cancel)
        total = torch.zeros(())
        with track(
            resolve_reporter(reporter), "segmenting a picture", N_ORIENTATIONS, "orientations", cancel=cancel
        ) as progress:
            for number in range(N_ORIENTATIONS):
                found = self._segment(oriented(picture, number), nested(progress, 1), cancel)
                total = total + upright(found, number)
        return total / N_ORIENTATIONS

    def _segment(self, picture: Tensor, reporter: Reporter | None, cancel: CancelToken | None) -> Tensor:
        if not self.at_full_size:
            return self._scaled(picture)
        least = smallest_tile(self.encoder.halo, self.encoder.multiple)
        planes = apply_tiled(
            picture,
            lambda x: self._probabilities(to_unit_floats(x.to(self.run.device))),
            halo=self.encoder.halo,
            multiple=self.encoder.multiple,
            tile=max(_TILE, 2 * least),
            channels=len(self.classes),
            reporter=reporter,
            cancel=cancel,
        )
        return planes.float() / 255

    def _in_channels(self, picture: Tensor) -> Tensor:
        channels = self.run.model.data_shape[0]
        if len(picture) == channels:
            return picture
        if channels == 3:
            return picture.expand(3, -1, -1)
        weights = torch.tensor(_LUMA)[:, None, None]
        return (picture.float() * weights).sum(0, keepdim=True).round().byte()

    def _scaled(self, picture: Tensor) -> Tensor:
        """All of the picture, with the scale at which pictures of its proportions were cropped to the model's size."""
        height, width = picture.shape[1:]
        _, *size = self.run.model.data_shape
        factor = max(wanted / side for wanted, side in zip(size, (height, width), strict=True))
        scaled = (max(1, round(height * factor)), max(1, round(width * factor)))
        x = to_unit_floats(picture[None].to(self.run.device))
        if scaled != (height, width):
            x = F.interpolate(x, scaled, mode="bicubic", antialias=True).clamp(0, 1)
        probabilities = self._probabilities(x)
        if scaled != (height, width):
            probabilities = F.interpolate(probabilities, (height, width), mode="bilinear")
        return probabilities[0].cpu()

    def _probabilities(self, x: Float[Tensor, "n _channels height width"]) -> Float[Tensor, "n _classes height width"]:
        model = self.run.model_for_size((x.shape[2], x.shape[3]))
        return model.decode(model.encode(x).mean).mean
