"""Measures a model on held-out data."""

import math
import time
from collections import defaultdict
from typing import Any

import torch
from torch import Tensor

from autoencode.data import Batch, Subset, sequential_batches
from autoencode.distributions import ClassAndNormal, Degenerate, SparsePointMass, kl
from autoencode.distributions.quantised import perplexity
from autoencode.evaluation.clustering import clustering
from autoencode.evaluation.estimate import Estimate
from autoencode.evaluation.evaluation import Evaluation
from autoencode.evaluation.importance import log_likelihoods
from autoencode.evaluation.latent import active_units, encode_all
from autoencode.model import Autoencoder
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, resolve_reporter, track


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
    """Elbo, importance-weighted log-likelihood, reconstruction error and the health of the latent space.

    Args:
        model: put into evaluation mode.
        subset: the examples; every one counts once, save for the log-likelihood.
        split: the split's name.
        n_samples: codes drawn for each example for elbo, nll and kl.
        importance_samples: K of the importance-weighted bound; 0 leaves it out.
        importance_examples: it is computed on so many examples, at even distances, as it costs K decodings.
        seed: of the draws; the same seed gives the same numbers, and the process's own generators are left alone.
        batch_size: examples at a time.
        reporter: receives the progress of the tasks "evaluating", "estimating the log-likelihood" and "encoding", in
            examples.
        cancel: ends it early.

    Returns:
        The numbers, in nats for each example.

    Raises:
        CancelledError: `cancel` asked for it.
    """
    began, reporter = time.perf_counter(), resolve_reporter(reporter)
    device = next(model.parameters()).device
    model.eval()
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        columns: dict[str, list[Tensor]] = defaultdict(list)
        with track(reporter, "evaluating", len(subset), "examples", cancel=cancel) as progress:
            for batch in sequential_batches(subset, max(1, batch_size // n_samples)):
                for column, values in _batch_metrics(model, batch.to(device), n_samples).items():
                    columns[column].append(values.cpu())
                progress.advance(len(batch))
        table = {column: torch.cat(values) for column, values in columns.items()}
        likelihood = (importance_samples, importance_examples, reporter, cancel)
        bound = _log_likelihood(model, subset, *likelihood) if "kl" in table else None
    codes = encode_all(model, subset, batch_size, reporter=reporter, cancel=cancel)
    hits = clustering(model, codes)
    return Evaluation(
        split=split,
        measure=model.likelihood.log_prob_kind(subset.inputs(slice(0, 10_000))),
        dimensions=math.prod(model.data_shape),
        nll=Estimate.of(table["nll"]),
        squared_error=Estimate.of(table["squared_error"]),
        kl=Estimate.of(table["kl"]) if "kl" in table else None,
        elbo=Estimate.of(-table["nll"] - table["kl"]) if "kl" in table else None,
        log_likelihood=bound,
        importance_samples=importance_samples,
        kl_per_dimension=() if codes.kl is None else tuple(codes.kl.mean(0).flatten().tolist()),
        active_units=None if codes.kl is None else active_units(codes.means, codes.kl[0].numel()),
        seed=seed,
        seconds=round(time.perf_counter() - began, 2),
        clustering_accuracy=None if hits is None else Estimate.of(hits),
        classification_accuracy=Estimate.of(table["correct"].double()) if "correct" in table else None,
        **(_sparsity(table["active"]) if "active" in table else {}),
        **({} if codes.counts is None else _codebook_usage(codes.counts)),
    )


def _sparsity(active: Tensor) -> dict[str, Any]:
    """How sparse codes are, from which units were active for which example, (n, units)."""
    return {
        "active_fraction": Estimate.of(active.float().mean(1)),
        "dead_units": int((~active.any(0)).sum()),
        "units": active.shape[1],
    }


def _codebook_usage(counts: Tensor) -> dict[str, Any]:
    """How many codewords are in use, from how often each occurs, (stages, K)."""
    return {
        "codeword_perplexity": perplexity(counts).mean().item(),
        "codewords_used": int((counts > 0).sum()),
        "codewords": counts.numel(),
    }


def _batch_metrics(model: Autoencoder, batch: Batch, n_samples: int) -> dict[str, Tensor]:
    """One value an example for each quantity, (batch,); of a sparse code also which units are active."""
    q = model.encode(batch.x, batch.context)
    z = q.sample((n_samples,))
    reconstruction = model.decode(q.mean, batch.context).mean
    columns = {
        "nll": -model.decode(z, batch.context).log_prob(batch.target).mean(0),
        "squared_error": (reconstruction - batch.target).square().flatten(1).mean(1),
    }
    if model.prior is not None and not isinstance(q, Degenerate):
        columns["kl"] = kl(q, model.prior_for(batch.context), z)
    if isinstance(q, SparsePointMass):
        columns["active"] = q.active
    if isinstance(q, ClassAndNormal) and batch.context is not None and bool((batch.context >= 0).all()):
        columns["correct"] = q.class_log_probs.argmax(-1) == batch.context
    return columns


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
    some, values = subset.subsample(n_examples), list[Tensor]()
    with track(reporter, "estimating the log-likelihood", len(some), "examples", cancel=cancel) as progress:
        for batch in sequential_batches(some, 20):
            batch = batch.to(device)
            values.append(log_likelihoods(model, batch.x, n_samples, batch.context).cpu())
            progress.advance(len(batch))
    return Estimate.of(torch.cat(values))
