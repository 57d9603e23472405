"""A trained model as something that restores pictures of any size."""

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from autoencode.data import Clips, ImageModality, ValueRange, to_unit_floats
from autoencode.data.modality import FrameWindows
from autoencode.errors import ArgumentError, CapabilityError, ShapeError
from autoencode.model import Autoencoder
from autoencode.nn import FiniteReceptiveField, apply_tiled, apply_windowed, smallest_tile
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, nested, resolve_reporter, track

_TILE, _WINDOWS = 1536, 512
N_ORIENTATIONS, _TRANSPOSED = 8, 4


class Restorer:
    """Passes pictures of any size through a model and back, without scaling them.

        a `FiniteReceptiveField` encoder, weights for any size ─► tiles with a halo: the same as in one piece, to 1/255
        any other model of pictures             ─► windows of the model's size, blended into each other

    A grey model takes the channels of a colour picture one by one; a colour model takes a grey picture as three equal
    channels, and the mean of what comes back is kept, unless it learned to give grey pictures colour. Memory does not
    depend on the picture, besides the bytes of the picture and of the result. A model of clips is given each frame with
    its neighbours: `frames` says how many.

    Args:
        run: the trained model.
        tile: the longest side of a tile in pixels, its halo included, by default 1536 or twice what the halo needs:
            small tiles are mostly halo, large ones take more memory. Of windows as many as fit into tile² pixels go
            together, by default 512².
        ensemble: average over the picture's eight orientations, each restored and put upright again; four for windows
            that are not square. It takes eight times as long, and errors that depend on the orientation average out.

    Raises:
        CapabilityError: a model of vectors, of pictures that are neither grey nor colour, of numbers that are no
            brightness, or a conditional one.
        ArgumentError: the tile is all halo.

    References:
        The ensemble: Timofte, Rothe and Van Gool, "Seven ways to improve example-based single image super resolution",
        CVPR 2016, section 3.5.
    """

    def __init__(self, run: Run, tile: int | None = None, *, ensemble: bool = False) -> None:
        check_restores(run)
        encoder = run.model.encoder
        self.run = run
        self.frames = n_frames(run)
        self.finite_encoder = encoder if isinstance(encoder, FiniteReceptiveField) and run.accepts_any_size else None
        least = smallest_tile(self.finite_encoder.halo, self.finite_encoder.multiple) if self.finite_encoder else 1
        usual = max(_TILE, 2 * least) if self.finite_encoder else _WINDOWS
        self.tile = usual if tile is None else tile
        self.ensemble = ensemble
        if self.tile < least:
            raise ArgumentError(
                f"--tile {tile} is all halo, which this model needs around a tile: give at least {least}"
            )

    @property
    def grey(self) -> bool:
        """Whether it is a model of grey pictures."""
        return self.run.model.data_shape[0] == 1

    @property
    def colourises(self) -> bool:
        """Whether it learned from grey pictures with targets in colour, so that results are in colour."""
        return self.run.folder.data.colourises

    @property
    def white(self) -> float:
        """The number that is white in pictures of 16 bits: that of the training data, where these had so many."""
        high = self.run.folder.data.values.high
        return high if high is not None and high > 255 else 65_535.0

    @tuned_cpu()
    def __call__(
        self,
        picture: UInt8[Tensor, "channels height width"],
        neighbours: UInt8[Tensor, "_others channels height width"] | None = None,
        *,
        reporter: Reporter | None = None,
        cancel: CancelToken | None = None,
    ) -> UInt8[Tensor, "channels height width"]:
        """The picture restored, of the same size and as many channels; three where the model colourises.

        Args:
            picture: bytes, on the processor; one channel or three, any size.
            neighbours: the frames before it and those after it, in order, for a model of clips.
            reporter: receives the progress of the task "restoring a picture".
            cancel: checked after each batch of tiles.

        Raises:
            ShapeError: neither one channel nor three.
            CapabilityError: a picture alone for a model of clips, or neighbours of another number than it was taught.
            CancelledError: `cancel` asked for it.
        """
        if picture.shape[0] not in (1, 3) or 0 in picture.shape:
            raise ShapeError(f"a picture to restore is (1 or 3, height, width), not {tuple(picture.shape)}")
        if self.colourises and len(picture) == 1:
            picture = picture.expand(3, -1, -1)
        frames = picture[None] if neighbours is None else torch.cat([picture[None], neighbours])
        if len(frames) != self.frames:
            raise CapabilityError(
                f"{self.run.path} restores a frame of a clip in sight of {self.frames - 1} neighbours, and there are "
                f"{len(frames) - 1}: give clips to it, and pictures to a model of pictures"
            )
        if not self.ensemble:
            return self._restore_frames(frames, reporter, cancel)
        return self._average(frames, resolve_reporter(reporter), cancel)

    def _average(self, frames: Tensor, reporter: Reporter, cancel: CancelToken | None) -> Tensor:
        """The mean over orientations; a sum of eight bytes fits into 16 bits."""
        _, height, width = self.run.model.data_shape
        count = N_ORIENTATIONS if self.finite_encoder is not None or height == width else N_ORIENTATIONS // 2
        total = torch.zeros((), dtype=torch.int16)
        with track(reporter, "restoring a picture", count, "orientations", cancel=cancel) as progress:
            for number in range(count):
                part = nested(progress, 1)
                total = total + upright(self._restore_frames(oriented(frames, number), part, cancel).short(), number)
        return total.add_(count // 2).div_(count, rounding_mode="floor").byte()

    def _restore_frames(self, frames: Tensor, reporter: Reporter | None, cancel: CancelToken | None) -> Tensor:
        """The first of the frames restored, in sight of the others."""
        if self.finite_encoder is None:
            _, height, width = self.run.model.data_shape
            return apply_windowed(
                frames[0],
                self._restore_batch,
                size=(height, width),
                pixels=self.tile**2,
                reporter=reporter,
                cancel=cancel,
            )
        halo, multiple = self.finite_encoder.halo, self.finite_encoder.multiple
        size = {"halo": halo, "multiple": multiple, "tile": self.tile}
        return apply_tiled(
            frames.flatten(0, 1),
            self._restore_batch,
            channels=frames.shape[1],
            **size,
            reporter=reporter,
            cancel=cancel,
        )

    def _restore_batch(self, x: UInt8[Tensor, "n _frames_channels height width"]) -> Float[Tensor, "n _ height width"]:
        model = self.run.model_for_size((x.shape[2], x.shape[3]))
        frames = x.unflatten(1, (self.frames, -1))
        takes, given = model.data_shape[0], frames.shape[2]
        if takes == given:
            return self._reconstruct(model, frames)
        if takes == 1:
            return torch.cat([self._reconstruct(model, channel) for channel in frames.split(1, dim=2)], dim=1)
        return self._reconstruct(model, frames.expand(-1, -1, takes, -1, -1)).mean(1, keepdim=True)

    @torch.no_grad()
    def _reconstruct(self, model: Autoencoder, frames: UInt8[Tensor, "n _frames _channels height width"]) -> Tensor:
        """The means of p(x|z) at the posterior means, of the first frame of each row, given the others."""
        units = to_unit_floats(frames.flatten(1, 2).to(self.run.device))
        x, others = units.tensor_split([frames.shape[2]], dim=1)
        context = others if self.frames > 1 else None
        return model.decode(model.encode(x, context).mean, context).mean


def oriented(x: Tensor, number: int) -> Tensor:
    """Rotated or mirrored: one of the eight orientations of a square.

    Args:
        x: (..., height, width).
        number: of the orientation, 0 to 7; 0 leaves it as it is.
    """
    for bit, axis in ((1, -1), (2, -2)):
        x = x.flip(axis) if number & bit else x
    return x.mT.contiguous() if number & _TRANSPOSED else x


def upright(x: Tensor, number: int) -> Tensor:
    """The inverse of `oriented`.

    Args:
        x: (..., height, width).
        number: of the orientation.
    """
    return oriented(x.mT, number & ~_TRANSPOSED) if number & _TRANSPOSED else oriented(x, number)


def n_frames(run: Run) -> int:
    """How many frames a model sees at a time: the one to restore, and its neighbours; 1 for a model of pictures."""
    return run.modality.frames if isinstance(run.modality, Clips) and run.model.is_conditional else 1


def check_restores(run: Run) -> None:
    """Raises where a model does not take pictures and nothing else.

    Raises:
        CapabilityError: it does not; the message says why.
    """
    if run.folder.record.data is not None and run.folder.data.masks is not None:
        raise CapabilityError(f"{run.path} finds masks and restores nothing: use autoencode segment")
    if isinstance(run.modality, FrameWindows):
        raise CapabilityError(f"{run.path} predicts frames and restores nothing: use autoencode predict")
    if not isinstance(run.modality, ImageModality) or run.modality.channels not in (1, 3):
        raise CapabilityError(
            f"{run.path} is a model of examples of shape {run.model.data_shape}: restoring takes one of grey or colour "
            "pictures"
        )
    if run.model.is_conditional and not (n_frames(run) > 1 and isinstance(run.model.encoder, FiniteReceptiveField)):
        raise CapabilityError(
            f"{run.path} needs a class or a picture with each example, and a picture to restore brings none: "
            "use an unconditional model"
        )
    if run.folder.data.values == ValueRange.RAW:
        raise CapabilityError(
            f"{run.path} was trained on numbers as they are, and pictures are brightness from 0 to 1: train "
            "one on pictures, or with --values that say what is black and white"
        )
