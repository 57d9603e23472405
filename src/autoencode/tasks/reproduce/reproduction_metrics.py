"""How a published number was measured, done here in the same way."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from autoencode.data import evenly_spaced_indices, sequential_batches
from autoencode.data.published.sets.documents import page_files, typeface_of
from autoencode.evaluation.estimate import Estimate
from autoencode.evaluation.importance import log_likelihoods
from autoencode.latent.encoding import reconstruct_examples
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, resolve_reporter, track
from autoencode.runtime.seeding import seeded_rng
from autoencode.tasks.restore.restore import restore

_BATCH_SIZE, _RESTORATION_BATCH_SIZE = 20, 200


class ReproductionMetric(ABC):
    """What is measured of a trained model, the smaller the better."""

    quantity: ClassVar[str]
    """What the number is, with its unit."""
    sampling_unit: ClassVar[str] = "test examples"
    """What the standard error counts as independent."""

    @abstractmethod
    def __call__(
        self,
        run: Run,
        examples: int | None,
        reporter: Reporter | None = None,
        cancel: CancelToken | None = None,
    ) -> Estimate:
        """The number over the test part.

        Args:
            run: the trained model.
            examples: so many of the test part, at even distances; all of them where it is None.
            reporter: receives the progress of the task "measuring", or of "restoring" whole pictures.
            cancel: ends it early.

        Raises:
            CancelledError: `cancel` asked for it.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class NegativeLogLikelihood(ReproductionMetric):
    """Minus the importance-weighted log-likelihood of each example.

    Args:
        importance_samples: draws for each example, K of the bound.

    References:
        Burda, Grosse and Salakhutdinov, ICLR 2016, equation 8.
    """

    importance_samples: int = 5_000
    quantity = "minus log-likelihood, nats per test example"

    def __call__(
        self,
        run: Run,
        examples: int | None,
        reporter: Reporter | None = None,
        cancel: CancelToken | None = None,
    ) -> Estimate:
        """As `ReproductionMetric` says."""
        part, values = run.data.test if examples is None else run.data.test.subsample(examples), list[Tensor]()
        with (
            track(resolve_reporter(reporter), "measuring", len(part), "examples", cancel=cancel) as progress,
            seeded_rng(0, run.device),
        ):
            for batch in sequential_batches(part, _BATCH_SIZE):
                batch = batch.to(run.device)
                values.append(log_likelihoods(run.model, batch.x, self.importance_samples, batch.context).cpu())
                progress.advance(len(batch))
        return Estimate.of(-torch.cat(values))


@dataclass(frozen=True)
class RestorationMSE(ReproductionMetric):
    """The mean squared error of corrupted examples after repair, per value. The noise is the same at every call."""

    quantity = "mean squared error of repaired test pictures, per pixel"

    def __call__(
        self,
        run: Run,
        examples: int | None,
        reporter: Reporter | None = None,
        cancel: CancelToken | None = None,
    ) -> Estimate:
        """As `ReproductionMetric` says."""
        part, values = run.data.test if examples is None else run.data.test.subsample(examples), list[Tensor]()
        with (
            track(resolve_reporter(reporter), "measuring", len(part), "examples", cancel=cancel) as progress,
            seeded_rng(0, run.device),
            torch.no_grad(),
        ):
            for batch in sequential_batches(part, _RESTORATION_BATCH_SIZE):
                shown = run.objective.prepare(batch.to(run.device))
                error = reconstruct_examples(run, shown.x, shown.context).to(run.device) - shown.target
                values.append(error.square().flatten(1).mean(1).cpu())
                progress.advance(len(batch))
        return Estimate.of(torch.cat(values))


@dataclass(frozen=True)
class PageRMSE(ReproductionMetric):
    """The root mean squared error over all pixels of whole scans, restored at their own size and written as files.

    The pages of a typeface show the same text and dirt, so that the standard error is that between typefaces.
    """

    quantity = "root mean squared error over whole test pages, white is 1"
    sampling_unit = "typefaces"

    def __call__(
        self,
        run: Run,
        examples: int | None,
        reporter: Reporter | None = None,
        cancel: CancelToken | None = None,
    ) -> Estimate:
        """As `ReproductionMetric` says; the pages are in the run folder's `test-pages/` then, with a sheet of some."""
        names = _pages(run)
        names = (
            names
            if examples is None
            else [names[place] for place in evenly_spaced_indices(len(names), examples).tolist()]
        )
        files = [page_files(name) for name in names]
        pages = [dirty for dirty, _ in files]
        done = restore(run, pages, run.path / "test-pages", reporter=reporter, cancel=cancel)
        if done.interrupted:  # `restore` returns what it has; a mean over some of the pages is no measurement
            (cancel or CancelToken()).raise_if_cancelled()
            raise KeyboardInterrupt
        kinds, errors = [typeface_of(_number(path.name)) for path in done.files], list[Tensor]()
        for path, (_, clean) in zip(done.files, files, strict=True):
            difference = (_read(path) - _read(clean)) / 255
            errors.append(torch.tensor([float(np.square(difference).sum()), difference.size], dtype=torch.float64))
        grouped = groupby(sorted(zip(kinds, errors, strict=True), key=lambda pair: pair[0]), key=lambda pair: pair[0])
        return clustered_rmse(torch.stack([torch.stack([error for _, error in group]).sum(0) for _, group in grouped]))


def clustered_rmse(sums: Tensor) -> Estimate:
    """√(Σ squared errors / Σ pixels) of groups that are independent, with its standard error by the delta method.

    Args:
        sums: the squared errors and the pixels of each group, (groups, 2).
    """
    errors, pixels = sums.unbind(1)
    ratio, n = float(errors.sum() / pixels.sum()), len(sums)
    residual = errors - ratio * pixels
    spread = math.sqrt(float(residual.square().sum()) * n / (n - 1)) / float(pixels.sum()) if n > 1 else math.nan
    return Estimate(math.sqrt(ratio), spread / (2 * math.sqrt(ratio)) if ratio else 0.0, n)


def _pages(run: Run) -> list[str]:
    """The names of the test part's pages."""
    files = run.data.files
    return [] if files is None else sorted({files[int(place)] for place in run.data.split.test}, key=_number)


def _number(name: str) -> int:
    return int(name.partition(".")[0])


def _read(path: object) -> np.ndarray:
    return np.asarray(Image.open(str(path)).convert("L"), dtype=float)
