"""Measures a model on held-out data."""

import math
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from autoencode.data import Batch, Subset, modality_of, sequential_batches
from autoencode.distributions import ClassAndNormal, Degenerate, SparsePointMass, kl
from autoencode.distributions.quantised import perplexity
from autoencode.distributions.token_sequences import token_counts, tokens_back
from autoencode.evaluation.clustering import clustering
from autoencode.evaluation.estimate import Estimate
from autoencode.evaluation.evaluation import Evaluation
from autoencode.evaluation.importance import log_likelihoods
from autoencode.evaluation.latent import active_units, encode_all
from autoencode.model import Autoencoder
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, resolve_reporter, track
from autoencode.runtime.seeding import seeded_rng

_LEAST_ERROR = 1e-10  # 100 dB
_PIXELS, _FEWEST = 10**7, 20
"""Pixels, of all samples, that are computed for the bound where each has a pass of its own; and the fewest examples."""


@tuned_cpu()
@torch.no_grad()
def evaluate(
    model: Autoencoder,
    subset: Subset,
    *,
    split: str = "test",
    n_samples: int = 1,
    importance_samples: int = 100,
    importance_examples: int = 1_000,
    seed: int = 0,
    batch_size: int = 500,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Evaluation:
    """Computes elbo, importance-weighted log-likelihood, reconstruction error and the use of the latent space.

    Args:
        model: is set to evaluation mode.
        subset: the examples; each one counts once, except for the log-likelihood.
        split: the split's name.
        n_samples: samples of z per example for elbo, nll and kl.
        importance_samples: K of the importance-weighted bound; 0 skips it.
        importance_examples: the bound is computed on so many evenly spaced examples, as each costs K decodings; on
            fewer where a decoding computes a network for each pixel.
        seed: of the samples; the same seed gives the same numbers. The global generators are not changed.
        batch_size: examples per batch.
        reporter: receives the progress of the tasks "evaluating", "estimating the log-likelihood" and "encoding", in
            examples.
        cancel: ends it early.

    Returns:
        The measurements, in nats per example.

    Raises:
        CancelledError: `cancel` asked for it.
    """
    began, reporter = time.perf_counter(), resolve_reporter(reporter)
    device = next(model.parameters()).device
    model.eval()
    with seeded_rng(seed, device):
        table, variance = _per_example(model, subset, n_samples, batch_size, reporter, cancel)
        likelihood = (importance_samples, importance_examples, reporter, cancel)
        bound = _log_likelihood(model, subset, *likelihood) if "kl" in table else None
    codes = encode_all(model, subset, batch_size, reporter=reporter, cancel=cancel)
    hits = clustering(model, codes)
    return Evaluation(
        split=split,
        measure=model.likelihood.log_prob_kind(subset.inputs(next(subset.chunks()))),
        dimensions=math.prod(model.data_shape),
        nll=Estimate.of(table["nll"]),
        squared_error=Estimate.of(table["squared_error"]) if "squared_error" in table else None,
        kl=Estimate.of(table["kl"]) if "kl" in table else None,
        elbo=Estimate.of(-table["nll"] - table["kl"]) if "kl" in table else None,
        log_likelihood=bound,
        importance_samples=importance_samples,
        kl_per_dimension=() if codes.kl is None else tuple(codes.kl.mean(0).flatten().tolist()),
        active_units=None if codes.kl is None or len(subset) < 2 else active_units(codes.means, codes.kl[0].numel()),
        seed=seed,
        seconds=round(time.perf_counter() - began, 2),
        clustering_accuracy=None if hits is None else Estimate.of(hits),
        classification_accuracy=Estimate.of(table["correct"].double()) if "correct" in table else None,
        **(_sparsity(table["active"]) if "active" in table else {}),
        **({} if codes.counts is None else _codebook_usage(codes.counts)),
        baseline_error=variance.mean() if "squared_error" in table else None,
        known=variance.known(),
        psnr=_psnr(table["squared_error"]) if modality_of(model.data_shape).bounded else None,
        **(_token_usage(table) if "tokens" in table else {}),
        steps=table["steps"].double().mean().item() if "steps" in table else None,
    )


@tuned_cpu()
@torch.no_grad()
def restoration_psnr(
    model: Autoencoder,
    subset: Subset,
    prepare: Callable[[Batch], Batch],
    *,
    seed: int = 0,
    batch_size: int = 500,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> tuple[Estimate, Estimate] | None:
    """PSNR in dB of corrupted examples, and of what a model makes of them, each against the clean ones.

    Args:
        model: is set to evaluation mode.
        subset: the clean examples.
        prepare: the objective's, which corrupts a batch.
        seed: of the corruption.
        batch_size: examples per batch.
        reporter: receives the progress of the task "restoring", in examples.
        cancel: ends it early.

    Returns:
        The two, averaged over examples; None if nothing is corrupted, or parts of it are hidden from the loss instead,
        or values have no white.

    Raises:
        CancelledError: `cancel` asked for it.
    """
    if not modality_of(model.data_shape).bounded:
        return None
    device = next(model.parameters()).device
    model.eval()
    before, after = list[Tensor](), list[Tensor]()
    with (
        seeded_rng(seed, device),
        track(resolve_reporter(reporter), "restoring", len(subset), "examples", cancel=cancel) as progress,
    ):
        for batch in sequential_batches(subset, batch_size):
            shown = prepare(batch.to(device))
            if shown.loss_mask is not None or torch.equal(shown.x, shown.target):
                return None
            restored = model.decode(model.encode(shown.x, shown.context).mean, shown.context).mean
            before.append((shown.x - shown.target).square().flatten(1).mean(1).cpu())
            after.append((restored - shown.target).square().flatten(1).mean(1).cpu())
            progress.advance(len(batch))
    return _psnr(torch.cat(before)), _psnr(torch.cat(after))


class _Variance:
    """The variance of each value over the examples in which it was observed, computed batch by batch."""

    def __init__(self) -> None:
        self._examples, self._n, self._sum, self._squares = 0, torch.zeros(()), torch.zeros(()), 0.0
        self._has_gaps = False

    def add(self, x: Tensor, counted: Tensor | None) -> None:
        self._has_gaps |= counted is not None
        weights = torch.ones_like(x, dtype=torch.float64) if counted is None else counted.double()
        x, weights = x.double().cpu() * weights.cpu(), weights.cpu()
        self._examples, self._n = self._examples + len(x), self._n + weights.sum(0)
        self._sum, self._squares = self._sum + x.sum(0), self._squares + float(x.square().sum())

    def mean(self) -> float | None:
        """Averaged over all observed values; None for a single example."""
        explained = (self._sum.square() / self._n.clamp_min(1)).sum()
        return None if self._examples < 2 else float((self._squares - explained) / self._n.sum().clamp_min(1))

    def known(self) -> tuple[float, ...] | None:
        """The share of the examples in which each value was observed; None where likelihoods know no gaps."""
        return tuple((self._n / self._examples).flatten().tolist()) if self._has_gaps else None


def _psnr(squared_error: Tensor) -> Estimate:
    """Of one mean squared error per example, with white as 1."""
    return Estimate.of(-10 * squared_error.double().clamp_min(_LEAST_ERROR).log10())


def _sparsity(active: Tensor) -> dict[str, Any]:
    """Statistics of sparse codes, from which units are active for which example, (n, units)."""
    return {
        "active_fraction": Estimate.of(active.float().mean(1)),
        "dead_units": int((~active.any(0)).sum()),
        "units": active.shape[1],
    }


def _token_usage(table: dict[str, Tensor]) -> dict[str, Any]:
    """Statistics of sequences, from how many tokens each has and how many of them come back."""
    return {
        "tokens": table["tokens"].double().mean().item(),
        "tokens_back": Estimate.of(table["tokens_back"]),
        "wholly_back": Estimate.of(table["tokens_back"] == 1),
    }


def _codebook_usage(counts: Tensor) -> dict[str, Any]:
    """Statistics of quantised codes, from how often each codeword occurs, (stages, K)."""
    return {
        "codeword_perplexity": perplexity(counts).mean().item(),
        "codewords_used": int((counts > 0).sum()),
        "codewords": counts.numel(),
    }


def _per_example(
    model: Autoencoder,
    subset: Subset,
    n_samples: int,
    batch_size: int,
    reporter: Reporter,
    cancel: CancelToken | None,
) -> tuple[dict[str, Tensor], "_Variance"]:
    """Each quantity for every example, (n,), and the variance of the data: the error of always saying the mean."""
    device = next(model.parameters()).device
    columns: dict[str, list[Tensor]] = defaultdict(list)
    variance = _Variance()
    with track(reporter, "evaluating", len(subset), "examples", cancel=cancel) as progress:
        for batch in sequential_batches(subset, max(1, batch_size // n_samples)):
            for column, values in _batch_metrics(model, batch.to(device), n_samples).items():
                columns[column].append(values.cpu())
            variance.add(batch.target, model.likelihood.counted(batch.target))
            progress.advance(len(batch))
    return {column: torch.cat(values) for column, values in columns.items()}, variance


def _squared_errors(error: Tensor, counted: Tensor | None) -> Tensor:
    """The mean over the values of each example that were observed."""
    squares = error.square().flatten(1)
    if counted is None:
        return squares.mean(1)
    weights = counted.flatten(1)
    return (squares * weights).sum(1) / weights.sum(1).clamp_min(1)


def _batch_metrics(model: Autoencoder, batch: Batch, n_samples: int) -> dict[str, Tensor]:
    """One value per example for each quantity, (batch,); for sparse codes also the active units, (batch, units)."""
    q = model.encode(batch.x, batch.context)
    z = q.sample((n_samples,))
    reconstruction = model.decode(q.mean, batch.context).mean
    columns = {"nll": -model.decode(z, batch.context).log_prob(batch.target).mean(0)}
    if (steps := model.likelihood.steps(batch.target)) is not None:
        columns["steps"] = steps
    if model.likelihood.n_tokens is not None:
        columns["tokens"] = token_counts(batch.target.long())
        columns["tokens_back"] = tokens_back(reconstruction, batch.target)
    else:
        counted = model.likelihood.counted(batch.target)
        columns["squared_error"] = _squared_errors(reconstruction - batch.target, counted)
    if model.prior is not None and not isinstance(q, Degenerate):
        columns["kl"] = kl(q, model.prior_for(batch.context), z)
    if isinstance(q, SparsePointMass):
        columns["active"] = q.active
    if isinstance(q, ClassAndNormal) and batch.context is not None and bool((batch.context >= 0).all()):
        columns["correct"] = q.class_log_probs.argmax(-1) == batch.context
    return columns


def _affordable(model: Autoencoder, n_samples: int) -> int:
    """How many examples the bound is computed on at most: fewer where each pixel has a network's pass of its own."""
    by_pixel = model.likelihood.is_sequential and modality_of(model.data_shape).bounded
    return max(_FEWEST, _PIXELS // (n_samples * math.prod(model.data_shape))) if by_pixel else sys.maxsize


def _log_likelihood(
    model: Autoencoder,
    subset: Subset,
    n_samples: int,
    n_examples: int,
    reporter: Reporter,
    cancel: CancelToken | None,
) -> Estimate | None:
    if not n_samples or not n_examples:
        return None
    device = next(model.parameters()).device
    some, values = subset.subsample(min(n_examples, _affordable(model, n_samples))), list[Tensor]()
    with track(reporter, "estimating the log-likelihood", len(some), "examples", cancel=cancel) as progress:
        for batch in sequential_batches(some, 20):
            batch = batch.to(device)
            values.append(log_likelihoods(model, batch.x, n_samples, batch.context).cpu())
            progress.advance(len(batch))
    return Estimate.of(torch.cat(values))
