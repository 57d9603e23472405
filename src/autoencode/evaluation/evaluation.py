"""The result of an evaluation: numbers with their units."""

import math
from dataclasses import asdict, dataclass
from typing import Any

from autoencode.evaluation.estimate import Estimate
from autoencode.evaluation.prediction import PredictionQuality
from autoencode.evaluation.segmentation import SegmentationQuality
from autoencode.likelihoods import LogProbKind


@dataclass(frozen=True)
class Evaluation:
    """The measurements of a model on one split of the data.

    Args:
        split: which split, usually "test".
        measure: whether p(x|z) is a mass, a density or neither for these data.
        dimensions: number of values in one example.
        nll: −log p(x|z) with z sampled from the posterior (the distortion), in nats per example.
        squared_error: mean over the values of (x − reconstruction)², where the reconstruction is the mean of p(x|z) at
            the posterior mean; None for sequences of tokens, between which there is no distance.
        kl: KL from the posterior to the prior (the rate), in nats per example; None for a plain autoencoder.
        elbo: −nll − kl, with β = 1 whatever the training used.
        log_likelihood: the importance-weighted bound on log p(x), in nats per example.
        importance_samples: its K. `log_likelihood.n` is the number of examples that it was computed on.
        kl_per_dimension: mean KL of each latent dimension, in nats.
        active_units: how many latent dimensions vary with the data; None for a single example.
        seed: of the samples.
        seconds: duration of the evaluation.
        clustering_accuracy: share of examples in the mixture component that is assigned to their class; None without a
            mixture prior or labels.
        classification_accuracy: share of examples whose most probable class under q(y|x) is the right one; None for
            codes without a class, or without labels.
        active_fraction: share of the units of a sparse code that are not zero for an example; None for other codes.
        dead_units: units of a sparse code that are zero for every example of the split.
        units: number of units of a sparse code.
        codeword_perplexity: exp of the entropy of the codewords of a quantised code over the split, averaged over
            stages: the effective number of codewords; None for other codes.
        codewords_used: number of codewords that occur in the split, summed over stages.
        codewords: number of codewords, summed over stages.
        baseline_error: the squared error of the mean example as the reconstruction of all examples: the variance of the
            data; None for a single example.
        psnr: 10 log₁₀ (1 / squared error) of an example, at most 100 dB, averaged over examples; None unless values are
            between 0 and 1.
        corrupted_psnr: the same of inputs that the training's corruption was applied to, against the clean examples;
            None for a model that was not trained to restore.
        restored_psnr: of what the model makes of those inputs.
        tokens: the mean number of tokens in a sequence, its end included; None for other data.
        tokens_back: share of the tokens of a sequence that come back in their place, at the posterior mean and with the
            likeliest token each time.
        wholly_back: share of sequences of which all do.
        steps: the mean number of steps of a piece of music; None for other data.
        segmentation: of masks against true ones; None for a model that learned from no masks.
        prediction: of predicted frames against those that came next; None for other models.
        known: share of the examples in which each number of a row is there; None for data without gaps.
    """

    split: str
    measure: LogProbKind
    dimensions: int
    nll: Estimate
    squared_error: Estimate | None
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
    baseline_error: float | None = None
    psnr: Estimate | None = None
    corrupted_psnr: Estimate | None = None
    restored_psnr: Estimate | None = None
    tokens: float | None = None
    tokens_back: Estimate | None = None
    wholly_back: Estimate | None = None
    steps: float | None = None
    segmentation: SegmentationQuality | None = None
    prediction: PredictionQuality | None = None
    known: tuple[float, ...] | None = None

    @property
    def is_of_restoration(self) -> bool:
        """Whether the model restores and has no KL: its nll is a squared error in units that say nothing more."""
        return self.restored_psnr is not None and self.kl is None

    @property
    def nll_per_value(self) -> Estimate:
        """The reconstruction term per value (pixel, token, step), in nats, as the cross-entropy that Keras prints."""
        return self.nll.scaled(1 / (self.tokens or self.steps or self.dimensions))

    @property
    def elbo_per_token(self) -> Estimate | None:
        """The bound divided by the mean number of tokens; None but for sequences of tokens."""
        return None if self.tokens is None or self.elbo is None else self.elbo.scaled(1 / self.tokens)

    @property
    def elbo_per_step(self) -> Estimate | None:
        """The bound divided by the mean number of steps; None but for pieces of music."""
        return None if self.steps is None or self.elbo is None else self.elbo.scaled(1 / self.steps)

    @property
    def kl_per_step(self) -> Estimate | None:
        """The same of the KL."""
        return None if self.steps is None or self.kl is None else self.kl.scaled(1 / self.steps)

    @property
    def perplexity(self) -> float | None:
        """exp of the nats per token of the best bound that was computed; None but for sequences of tokens."""
        bound = self.log_likelihood or self.elbo
        return None if self.tokens is None or bound is None else math.exp(-bound.value / self.tokens)

    @property
    def elbo_bpd(self) -> Estimate | None:
        """Bits per value of a lossless code based on the elbo; None unless p(x|z) is a mass of a fixed size."""
        return self._bpd(self.elbo)

    @property
    def log_likelihood_bpd(self) -> Estimate | None:
        """The same from the importance-weighted bound."""
        return self._bpd(self.log_likelihood)

    def _bpd(self, bound: Estimate | None) -> Estimate | None:
        if bound is None or self.measure is not LogProbKind.MASS or (self.tokens or self.steps) is not None:
            return None
        return bound.scaled(-1 / (self.dimensions * math.log(2)))

    def as_dict(self) -> dict[str, Any]:
        """The numbers for JSON, with the derived ones."""
        derived = {
            "nll_per_value": self.nll_per_value,
            "elbo_bpd": self.elbo_bpd,
            "log_likelihood_bpd": self.log_likelihood_bpd,
            "elbo_per_token": self.elbo_per_token,
            "elbo_per_step": self.elbo_per_step,
            "kl_per_step": self.kl_per_step,
        }
        shown = {name: asdict(value) if value else None for name, value in derived.items()}
        return {**asdict(self), **shown, "perplexity": self.perplexity}
