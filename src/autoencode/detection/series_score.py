"""How unusual each step of a series is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32, Float64
from torch import Tensor, nn

from autoencode.detection.filter_energies import blurred
from autoencode.detection.gap_filler import GAP, WINDOW, GapFiller, Windows
from autoencode.detection.normal_scores import NormalScores, surprise
from autoencode.detection.tail import TailRule
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, track
from autoencode.runtime.seeding import derive_seed

Series = Float64[np.ndarray, "_steps width"]
_AT_ONCE, _BLUR, _FURTHEST = 64, 4.0, 10.0
_N_PARTS = 2


@dataclass(frozen=True, eq=False)
class StepScores:
    """What is found in a series.

    Args:
        scores: of the steps, in nats, (steps,).
        numbers: how much each number of a step adds, 0 or more; those of a step add up to its score, (steps, width).
    """

    scores: Float64[np.ndarray, " steps"]
    numbers: Float64[np.ndarray, "steps width"]


class SeriesScore(nn.Module):
    """How unusual each step of a series is, by a network that fills gaps.

        series ─► standardised ─► each stretch of 32 steps filled from 48 steps on either side ─► −log density ─► blur
            ─► mean and largest over the numbers of a step ─► normal scores by rank, their mean m ─► −log(1 − Φ(m))

    Stretches are filled twice, shifted by half their length, and the mean of both counts. The score of a step depends
    on the steps near it, and on no other series.

    Args:
        width: numbers of a step.

    Attributes:
        training_scores: of the steps that it was fitted to; empty where it was restored from a file.
        training_tail_share: the share of them that is in the tail, by a rule that needs no labels.
    """

    mean: Tensor
    deviation: Tensor
    usual: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.filler = GapFiller(width)
        self.ranks, self.tail = NormalScores(_N_PARTS), TailRule(_N_PARTS)
        self.register_buffer("mean", torch.zeros(width, dtype=torch.float64))
        self.register_buffer("deviation", torch.ones(width, dtype=torch.float64))
        self.register_buffer("usual", torch.ones(width, dtype=torch.float64))
        self.training_scores: Float64[np.ndarray, " steps"] = np.zeros(0)
        self.training_tail_share = 0.5

    @classmethod
    @tuned_cpu()
    def fit(
        cls,
        series: Sequence[Series],
        *,
        steps: int = 400,
        seed: int = 0,
        reporter: Reporter | None = None,
        cancel: CancelToken | None = None,
    ) -> "SeriesScore":
        """Learns what is ordinary in series that may hold anomalies.

        Args:
            series: of any lengths, NaN where a number is missing.
            steps: of the training, about 25 ms each on one core.
            seed: of all that is random; the state of PyTorch's own generator stays as it is.
            reporter: receives the progress of "training".
            cancel: checked after each step.

        Raises:
            CancelledError: `cancel` was set.
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derive_seed(seed))
            score = cls(series[0].shape[1])
            generator = torch.Generator().manual_seed(derive_seed(seed))
            rows = np.concatenate(series)
            score.mean.copy_(torch.from_numpy(_column(np.nanmean, rows)))
            deviation = _column(np.nanstd, rows)
            score.deviation.copy_(torch.from_numpy(np.where(deviation > 0, deviation, 1.0)))
            padded = [score._padded(one) for one in series]
            with track(reporter or Reporter(), "training", steps, "steps", cancel=cancel) as progress:
                score.filler.fit(
                    lambda n: _draw(padded, n, generator),
                    steps,
                    generator,
                    lambda loss: progress.advance(detail=f"loss {loss:.3f}"),
                )
        numbers = torch.cat([score._surprises(one) for one in series])
        score.usual.copy_(numbers.mean(0).clamp_min(1e-3))
        parts = score._parts(numbers)
        score.ranks.fit(parts)
        score.training_scores = surprise(score.ranks(parts).mean(1)).numpy()
        score.training_tail_share = score.tail.fit(parts).share(parts)
        return score.requires_grad_(requires_grad=False)

    @tuned_cpu()
    @torch.no_grad()
    def forward(self, series: Series) -> StepScores:
        """Scores of the steps of a series; 0.7 is the median of those that it was fitted to."""
        numbers = self._surprises(series)
        scores = surprise(self.ranks(self._parts(numbers)).mean(1))
        excess = (numbers / self.usual).square()
        shares = excess / excess.sum(1, keepdim=True).clamp_min(1e-12)
        return StepScores(scores.numpy(), (shares * scores[:, None]).numpy())

    def _parts(self, numbers: Float64[Tensor, "steps width"]) -> Float64[Tensor, "steps parts"]:
        own = numbers / self.usual
        return torch.stack([own.mean(1), own.amax(1)], 1)

    def _padded(self, series: Series) -> Windows:
        """A standardised series, with a window of nothing before and behind it."""
        x = torch.from_numpy(np.ascontiguousarray(series))
        z = ((x - self.mean) / self.deviation).clamp(-_FURTHEST, _FURTHEST)
        there = ~z.isnan()
        edge = torch.zeros(WINDOW, len(self.mean))
        z = torch.cat([edge, z.nan_to_num(nan=0.0).float(), edge])
        return Windows(z.T[None], torch.cat([edge.bool(), there, edge.bool()]).T[None])

    @torch.no_grad()
    def _surprises(self, series: Series) -> Float64[Tensor, "steps width"]:
        """Minus the log density of each number, in nats above the least, averaged over the steps near it."""
        whole, n = self._padded(series), len(series)
        found = torch.zeros(n, len(self.mean))
        for shift in (0, GAP // 2):
            found += self._filled(whole, n, WINDOW - shift) / 2
        return blurred(found.T[None, :, None], _BLUR)[0, :, 0].T.double()

    def _filled(self, whole: Windows, n: int, begin: int) -> Float32[Tensor, "steps width"]:
        """Of all steps, in gaps from a place of the padded series on."""
        side = (WINDOW - GAP) // 2
        count = -(-(WINDOW + n - begin) // GAP)
        starts = torch.arange(count) * GAP + begin - side
        hidden = (torch.arange(WINDOW) - side >= 0) & (torch.arange(WINDOW) - side < GAP)
        pieces = list[Tensor]()
        for some in starts.split(_AT_ONCE):
            windows = _windows(whole, some)
            lost = self.filler(windows, hidden.expand(len(some), -1))
            pieces.append(lost[:, :, hidden].movedim(1, 2).flatten(0, 1))
        return torch.cat(pieces)[WINDOW - begin :][:n]


def _windows(whole: Windows, starts: Tensor) -> Windows:
    places = (starts[:, None] + torch.arange(WINDOW)).clamp(0, whole.z.shape[2] - 1)
    return Windows(whole.z[0][:, places].movedim(1, 0), whole.there[0][:, places].movedim(1, 0))


def _draw(padded: Sequence[Windows], n: int, generator: torch.Generator) -> Windows:
    """Windows at random places, some of them over the ends of a series."""
    spans = torch.tensor([float(one.z.shape[2] - WINDOW) for one in padded])
    which = torch.multinomial(spans, n, replacement=True, generator=generator)
    at = torch.rand(n, generator=generator)
    drawn = list[Windows]()
    for number, place in zip(which.tolist(), at, strict=True):
        one = padded[number]
        low, high = (WINDOW - GAP) // 2, one.z.shape[2] - WINDOW - (WINDOW - GAP) // 2
        drawn.append(_windows(one, (low + place * max(1, high - low)).floor().long()[None]))
    return Windows(torch.cat([one.z for one in drawn]), torch.cat([one.there for one in drawn]))


def _column(of: object, rows: Series) -> Float64[np.ndarray, " width"]:
    """A statistic of the numbers of each column that are there; 0 where none is."""
    with np.errstate(all="ignore"):
        return np.array([of(own[~np.isnan(own)]) if (~np.isnan(own)).any() else 0.0 for own in rows.T])  # type: ignore[operator]
