"""The numbers of a model, with their units and what they may be called."""

import math
from dataclasses import asdict, dataclass
from typing import Any

from autoencode.evaluation.estimate import Estimate
from autoencode.likelihoods import LogProbKind


@dataclass(frozen=True)
class Evaluation:
    """What was measured on one split of the data.

    Args:
        split: which split, usually "test".
        measure: what log p(x|z) is the logarithm of, for this data.
        dimensions: values in one example.
        nll: minus log p(x|z) with z drawn from the posterior (the distortion), in nats for each example.
        squared_error: mean over the values of (x − reconstruction)², the reconstruction being the mean of p(x|z) at the
            posterior mean.
        kl: KL from the posterior to the prior (the rate), in nats for each example; None for a plain autoencoder.
        elbo: −nll − kl, at β = 1 whatever it was trained with.
        log_likelihood: the importance-weighted bound.
        importance_samples: its K; its `n` is the number of examples that it was computed on.
        kl_per_dimension: mean KL of each latent dimension, in nats.
        active_units: latent dimensions in use.
        seed: of the draws.
        seconds: that the evaluation took.
        clustering_accuracy: share of examples in the component of a mixture prior that stands for their class; None
            without a mixture prior or labels.
        classification_accuracy: share of examples whose most probable class under q(y|x) is theirs; None for codes
            without a class, or without labels.
        active_fraction: share of a sparse code's units that are active for an example; None for other codes.
        dead_units: units of a sparse code that are active for no example of the split.
        units: of a sparse code.
        codeword_perplexity: exp of the entropy of a quantised code's codewords over the split, averaged over stages: as
            how many codewords, all as frequent, they are; None for other codes.
        codewords_used: codewords that occur at all, added up over stages.
        codewords: that there are, added up over stages.
    """

    split: str
    measure: LogProbKind
    dimensions: int
    nll: Estimate
    squared_error: Estimate
    kl: Estimate | None
    elbo: Estimate | None
    log_likelihood: Estimate | None
    importance_samples: int
    kl_per_dimension: tuple[float, ...]
    active_units: int | None
    seed: int
    seconds: float
    clustering_accuracy: Estimate | None = None
    classification_accuracy: Estimate | None = None
    active_fraction: Estimate | None = None
    dead_units: int | None = None
    units: int | None = None
    codeword_perplexity: float | None = None
    codewords_used: int | None = None
    codewords: int | None = None

    @property
    def nll_per_value(self) -> Estimate:
        """The reconstruction term for each value (pixel), in nats: what Keras prints as binary cross-entropy."""
        return self.nll.scaled(1 / self.dimensions)

    @property
    def elbo_bpd(self) -> Estimate | None:
        """Bits for each value that a code built on the elbo would take; None unless log p is a mass on this data."""
        return self._bpd(self.elbo)

    @property
    def log_likelihood_bpd(self) -> Estimate | None:
        """The same from the importance-weighted bound."""
        return self._bpd(self.log_likelihood)

    def _bpd(self, bound: Estimate | None) -> Estimate | None:
        if bound is None or self.measure is not LogProbKind.MASS:
            return None
        return bound.scaled(-1 / (self.dimensions * math.log(2)))

    @property
    def caution(self) -> str | None:
        """What a reader must know before comparing these numbers with others', or None."""
        if self.measure is LogProbKind.NEITHER:
            return (
                "The Bernoulli likelihood on grey values is a cross-entropy: elbo and log-likelihood compare models "
                "with each other and are no probabilities of the data, so bits per dimension are left out."
            )
        if self.measure is LogProbKind.DENSITY:
            return (
                "log p(x) is a density, so it can be positive and depends on the units of the data; bits per dimension "
                "are given only for probability masses (--likelihood discretized-logistic)."
            )
        return None

    def as_dict(self) -> dict[str, Any]:
        """The numbers as JSON, with the derived ones."""
        derived = {
            "nll_per_value": self.nll_per_value,
            "elbo_bpd": self.elbo_bpd,
            "log_likelihood_bpd": self.log_likelihood_bpd,
        }
        return {**asdict(self), **{name: asdict(value) if value else None for name, value in derived.items()}}
