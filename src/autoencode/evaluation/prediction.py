"""Measures predicted frames against those that came next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution

from autoencode.data import Batch, Subset, sequential_batches
from autoencode.data.modality import FrameWindows
from autoencode.distributions import FeaturesAndNormal
from autoencode.evaluation.estimate import Estimate
from autoencode.model import Autoencoder
from autoencode.objectives.recognised_code import recognise
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, resolve_reporter, track
from autoencode.runtime.seeding import seeded_rng

_BATCH, _LEAST_ERROR, _ALIKE, _IN_USE = 32, 1e-10, 1 / 255, 0.01
_MOST_DRAWN = 200
"""Windows for which futures are drawn."""


@dataclass(frozen=True)
class PredictionQuality:
    """How near predicted frames are to those that came next, for each frame ahead, beside simple answers.

    PSNR is that of each frame with white as 1, averaged over windows; squared errors are sums over the values of a
    frame, averaged over frames and windows.

    Args:
        psnr: of the future at the mean code, for 1, 2, … frames ahead, in dB.
        copied_psnr: of the last known frame in place of each.
        squared_error: of the future at the mean code.
        copied_error: of the last known frame.
        black_error: of black frames.
        draws: how many futures were drawn of each of at most 200 windows.
        mean_error: squared error of the mean of the drawn futures.
        best_error: squared error of the drawn future that is nearest to the truth.
        drawn_error: squared error of the future at the mean code, on the same windows.
        spread: standard deviation of a value over draws, averaged: 0 where futures are all alike.
        kl: of the code, found from past and future, against what the past says of it, in nats.
        kl_per_dimension: the same for each number of the code.
    """

    psnr: tuple[Estimate, ...]
    copied_psnr: tuple[Estimate, ...]
    squared_error: Estimate
    copied_error: Estimate
    black_error: Estimate
    draws: int
    mean_error: Estimate
    best_error: Estimate
    drawn_error: Estimate
    spread: float
    kl: Estimate
    kl_per_dimension: tuple[float, ...]

    @property
    def gain(self) -> float:
        """Decibels above the last frame copied, averaged over frames ahead."""
        gains = [own.value - copied.value for own, copied in zip(self.psnr, self.copied_psnr, strict=True)]
        return sum(gains) / len(gains)

    @property
    def active(self) -> int:
        """Numbers of the code in use: those with a KL of a hundredth of a nat or more."""
        return sum(each >= _IN_USE for each in self.kl_per_dimension)

    @property
    def alike(self) -> bool:
        """Whether drawn futures differ by less than a step of 8 bits."""
        return self.spread < _ALIKE


@tuned_cpu()
@torch.no_grad()
def prediction_quality(
    model: Autoencoder,
    subset: Subset,
    frames: FrameWindows,
    *,
    draws: int = 8,
    seed: int = 0,
    batch_size: int = _BATCH,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> PredictionQuality:
    """Measures a model that predicts frames.

    Args:
        model: is set to evaluation mode.
        subset: windows, whose targets are the frames that came next.
        frames: what a window is.
        draws: futures that are drawn of each of at most 200 evenly spaced windows, at least 2.
        seed: of the draws.
        batch_size: windows per batch.
        reporter: receives the progress of the tasks "predicting" and "drawing futures", in windows.
        cancel: ends it early.

    Raises:
        CancelledError: `cancel` asked for it.
    """
    device, reporter = next(model.parameters()).device, resolve_reporter(reporter)
    model.eval()
    batch_size = min(batch_size, _BATCH)
    own, copied, black = list[Tensor](), list[Tensor](), list[Tensor]()
    with track(reporter, "predicting", len(subset), "windows", cancel=cancel) as progress:
        for batch in sequential_batches(subset, batch_size, device=device):
            found = model.decode(model.encode(batch.x).mean).mean.clamp(0, 1)
            last = batch.x[:, -frames.frame_channels :].repeat(1, frames.future, 1, 1)
            own.append(squared_errors(found, batch.target, frames.future))
            copied.append(squared_errors(last, batch.target, frames.future))
            black.append(squared_errors(torch.zeros_like(last), batch.target, frames.future))
            progress.advance(len(batch))
    values = frames.frame_channels * frames.size[0] * frames.size[1]
    errors, of_last = torch.cat(own), torch.cat(copied)
    drawn = _drawn(model, subset.subsample(_MOST_DRAWN), frames, draws, seed, batch_size, reporter, cancel)
    return PredictionQuality(
        psnr=_psnr(errors, values),
        copied_psnr=_psnr(of_last, values),
        squared_error=Estimate.of(errors.mean(1)),
        copied_error=Estimate.of(of_last.mean(1)),
        black_error=Estimate.of(torch.cat(black).mean(1)),
        draws=draws,
        mean_error=Estimate.of(drawn[0]),
        best_error=Estimate.of(drawn[1]),
        drawn_error=Estimate.of(drawn[2]),
        spread=float(drawn[3].mean()),
        kl=Estimate.of(drawn[4].sum(1)),
        kl_per_dimension=tuple(drawn[4].mean(0).tolist()),
    )


def squared_errors(
    found: Float[Tensor, "batch channels height width"], true: Float[Tensor, "batch channels height width"], n: int
) -> Float[Tensor, "batch n"]:
    """The squared error of each of n frames, summed over its values.

    Args:
        found: frames along the channels.
        true: the same.
        n: how many frames.
    """
    return (found - true).double().square().unflatten(1, (n, -1)).sum((2, 3, 4)).cpu()


def _psnr(errors: Tensor, values: int) -> tuple[Estimate, ...]:
    decibels = -10 * (errors / values).clamp_min(_LEAST_ERROR).log10()
    return tuple(Estimate.of(column) for column in decibels.unbind(1))


def _drawn(
    model: Autoencoder,
    some: Subset,
    frames: FrameWindows,
    draws: int,
    seed: int,
    batch_size: int,
    reporter: Reporter,
    cancel: CancelToken | None,
) -> Sequence[Tensor]:
    """Errors of the mean draw, the nearest draw and the mean code, the spread of draws, and the KL of each number."""
    device, columns = next(model.parameters()).device, list[tuple[Tensor, ...]]()
    with (
        seeded_rng(seed, device),
        track(reporter, "drawing futures", len(some), "windows", cancel=cancel) as progress,
    ):
        for batch in sequential_batches(some, batch_size, device=device):
            q = model.encode(batch.x)
            found = torch.stack([model.decode(q.sample()).mean.clamp(0, 1) for _ in range(draws)])
            each = torch.stack([squared_errors(one, batch.target, frames.future).mean(1) for one in found])
            mean = squared_errors(found.mean(0), batch.target, frames.future).mean(1)
            usual = squared_errors(model.decode(q.mean).mean.clamp(0, 1), batch.target, frames.future).mean(1)
            spread = found.std(0).flatten(1).mean(1).cpu()
            columns.append((mean, each.min(0).values, usual, spread, _rates(model, batch, q)))
            progress.advance(len(batch))
    return [torch.cat(column) for column in zip(*columns, strict=True)]


def _rates(model: Autoencoder, batch: Batch, p_z: Distribution) -> Tensor:
    """The KL of each number of the code, (batch, latent_dim), in nats."""
    q = cast("FeaturesAndNormal", recognise(model, batch, p_z).q)
    return torch.distributions.kl_divergence(q.code, cast("FeaturesAndNormal", p_z).code).double().cpu()
