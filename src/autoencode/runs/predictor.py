"""A trained model as something that draws the frames that come next."""

from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.data.modality import FrameWindows
from autoencode.distributions import FeaturesAndNormal
from autoencode.errors import ArgumentError, CapabilityError, ShapeError
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, resolve_reporter, track

_BATCH = 16


def require_frames(run: Run) -> FrameWindows:
    """What windows of frames a run learned from.

    Raises:
        CapabilityError: it learned from something else.
    """
    if not isinstance(run.modality, FrameWindows):
        raise CapabilityError(
            f"{run.path} learned from {run.modality.noun} and predicts no frames: train one with autoencode train "
            "FRAMES/ --recipe predict-vae"
        )
    return run.modality


def check_predicts_no_frames(run: Run, does: str) -> None:
    """Raises where a run predicts frames, so that what it decodes is no example of its data.

    Args:
        run: the trained model.
        does: what it is wanted for, such as "reconstructs none".

    Raises:
        CapabilityError: it predicts frames.
    """
    if isinstance(run.modality, FrameWindows):
        raise CapabilityError(f"{run.path} predicts frames and {does}: use autoencode predict")


class Predictor:
    """Draws several plausible futures of a few past frames, each from a code of its own.

        past ─► p(z|past) ─► z ─► the frames that come next ─► as the past of those after them (rollout)

    Args:
        run: the trained model.

    Raises:
        CapabilityError: it predicts no frames.
    """

    def __init__(self, run: Run) -> None:
        self.frames, self.run = require_frames(run), run

    @tuned_cpu()
    @torch.no_grad()
    def draw(
        self,
        past: Float[Tensor, "batch channels height width"],
        n: int,
        *,
        n_frames: int | None = None,
        seed: int = 0,
        reporter: Reporter | None = None,
        cancel: CancelToken | None = None,
    ) -> Float[Tensor, "n batch frames frame_channels height width"]:
        """Several futures of each window.

        Args:
            past: in the model's units, (batch, past · channels, height, width).
            n: how many futures of each.
            n_frames: how many frames each has; by default as many as the model predicts at a time. More are predicted
                from those that were predicted, whose errors add up.
            seed: of the codes.
            reporter: receives the progress of the task "predicting", in windows.
            cancel: checked after each batch.

        Returns:
            (n, batch, n_frames, channels, height, width) on the processor, in [0, 1].

        Raises:
            ArgumentError: fewer than one future or frame.
            ShapeError: another shape than the model's.
            CancelledError: `cancel` asked for it.
        """
        wanted = self.frames.future if n_frames is None else n_frames
        if n < 1 or wanted < 1:
            raise ArgumentError(f"draw 1 future or more of 1 frame or more, not {n} of {wanted}")
        if past.ndim != 4 or tuple(past.shape[1:]) != self.run.model.data_shape:
            raise ShapeError(f"the past of this model is (n, *{self.run.model.data_shape}), not {tuple(past.shape)}")
        generator, found = torch.Generator().manual_seed(seed), list[Tensor]()
        with track(resolve_reporter(reporter), "predicting", len(past), "windows", cancel=cancel) as progress:
            for some in past.split(max(1, _BATCH // n)):
                repeated = some.repeat(n, 1, 1, 1)
                found.append(self._rolled_out(repeated, wanted, generator).unflatten(0, (n, len(some))))
                progress.advance(len(some))
        frames = torch.cat(found, 1)
        return frames.unflatten(2, (wanted, self.frames.frame_channels))

    def _rolled_out(self, past: Tensor, wanted: int, generator: torch.Generator) -> Tensor:
        """Frames along the channels, as many as are wanted; those that were predicted become the past of the next."""
        known, channels = past, self.frames.frame_channels
        while known.shape[1] < past.shape[1] + wanted * channels:
            known = torch.cat([known, self._next(known[:, -past.shape[1] :], generator)], 1)
        return known[:, past.shape[1] : past.shape[1] + wanted * channels]

    def _next(self, past: Tensor, generator: torch.Generator) -> Tensor:
        model = self.run.model
        q = cast("FeaturesAndNormal", model.encode(past.to(self.run.device)))
        noise = torch.randn(q.code.loc.shape, generator=generator).to(q.code.loc)
        z = q.at(q.code.loc + q.code.scale * noise)
        return model.decode(z).mean.clamp(0, 1).cpu()

    def split(self, x: Float[Tensor, "channels height width"]) -> Float[Tensor, "frames frame_channels height width"]:
        """The frames of a window, or of what comes next, one by one."""
        return x.unflatten(0, (-1, self.frames.frame_channels))
