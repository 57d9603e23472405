"""The numbers as lines for a person."""

from autoencode.evaluation.estimate import Estimate
from autoencode.evaluation.evaluation import Evaluation
from autoencode.likelihoods import LogProbKind
from autoencode.views.report import Row


def rows(e: Evaluation) -> list[Row]:
    """The lines of an evaluation; what the model has not is left out."""
    return [*_estimates(e), *_units(e), *_codewords(e), *_latents(e)]


def _estimates(e: Evaluation) -> list[Row]:
    nats = "nats per example"
    name = "cross-entropy per value" if e.measure is LogProbKind.NEITHER else "nll per value"
    k, n = e.importance_samples, e.log_likelihood.n if e.log_likelihood else 0
    lines: list[tuple[str, Estimate | None, str, str]] = [
        (
            name,
            e.nll_per_value,
            "nats per pixel or value",
            "reconstruction loss with a sampled code; less is better",
        ),
        (
            "squared error",
            e.squared_error,
            "per pixel or value",
            "of the reconstruction from the mean code; less is better",
        ),
        ("elbo", e.elbo, nats, "− nll − kl, a lower bound; more is better"),
        ("nll (distortion)", e.nll, nats, "reconstruction term"),
        ("kl (rate)", e.kl, nats, "information in the code"),
        (
            "log-likelihood",
            e.log_likelihood,
            nats,
            f"importance-weighted bound, {k} samples, {n:,} examples; more is better",
        ),
        (
            "clustering accuracy",
            e.clustering_accuracy,
            "share of examples",
            "in the prior's component that stands for their class, whose labels training did not see; more is better",
        ),
        (
            "classification accuracy",
            e.classification_accuracy,
            "share of examples",
            "whose most probable class under the posterior is theirs; more is better",
        ),
        ("active share", e.active_fraction, "share of units", "of the code that answer to an example"),
        ("elbo", e.elbo_bpd, "bits per dimension", "the length of a code built on the elbo; less is better"),
        ("log-likelihood", e.log_likelihood_bpd, "bits per dimension", "the same from the importance-weighted bound"),
    ]
    return [Row(name, str(value), unit, meaning) for name, value, unit, meaning in lines if value is not None]


def _units(e: Evaluation) -> list[Row]:
    if e.dead_units is None:
        return []
    return [Row("dead units", f"{e.dead_units} of {e.units}", "units", "of the code: active for no example")]


def _codewords(e: Evaluation) -> list[Row]:
    if e.codeword_perplexity is None:
        return []
    as_many = "as many, all as frequent, would be as hard to guess"
    return [
        Row("codewords in use", f"{e.codewords_used} of {e.codewords}", "codewords", "that occur in some code"),
        Row("codeword perplexity", f"{e.codeword_perplexity:.1f}", "codewords", as_many),
    ]


def _latents(e: Evaluation) -> list[Row]:
    if e.active_units is None:
        return []
    total = len(e.kl_per_dimension)
    by_size = sorted(e.kl_per_dimension, reverse=True)
    listed = ", ".join(f"{value:.2f}" for value in by_size[:8]) + (", …" if total > 8 else "")
    return [
        Row("active units", f"{e.active_units} of {total}", "latent dimensions", "their code varies with the data"),
        Row("kl by dimension", listed, "nats", "the largest first"),
    ]
