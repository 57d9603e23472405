"""Measures what a latent space is good for: continuity, completeness, straightness, and the quality of samples."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import torch
from torch import Tensor

from autoencode.data import Subset, evenly_spaced_indices
from autoencode.errors import ArgumentError, CapabilityError, DataError
from autoencode.evaluation import (
    Completeness,
    Continuity,
    Estimate,
    SampleQuality,
    aggregate_std,
    completeness,
    continuity,
    encode_all,
    median_distance,
    sample_quality,
    straightness,
)
from autoencode.evaluation.classifier_cache import TrainedClassifier, load_or_train_classifier
from autoencode.latent.choose_prior import choose_prior
from autoencode.latent.encoding import sample_codes
from autoencode.latent.ex_post import ex_post_prior
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Progress, Reporter, resolve_reporter, track
from autoencode.runtime.seeding import derive_seed, seeded_rng

FeatureFn = Callable[[Tensor], Tensor]
"""Examples (n, *data_shape) in [0, 1] to features (n, dims), by whatever network."""

_CODES, _DRAWS, _SHOWN = 31, 32, 33
_SMALL_STEP, _LARGE_STEP = 0.01, 0.1


@dataclass(frozen=True)
class LatentMetrics:
    """What was measured; what a model or its data cannot give is None.

    Args:
        prior: what codes were drawn from: "own", or the kind of the one fitted to codes.
        split: whose examples are the real ones.
        n: how many real and how many generated examples were compared.
        median_distance: the median distance of two real examples, beside which a stretch should be read.
        local: continuity at the codes of the part, for a step of 0.01 standard deviations of the codes.
        at_codes: the same for a step of 0.1.
        at_draws: for a step of 0.1 from draws of the prior.
        straightness: length over distance of the decoded path between two mean codes.
        real: completeness of the real examples: what can be expected at most.
        generated: of decoded draws of the prior.
        quality: Fréchet distance, precision and recall, density and coverage, in the features.
        best: the same of as many training examples in place of generated ones: what can be expected at most.
        classifier: whose certainty and, unless features were given, whose features these are.
        seed: of all draws.
        seconds: that measuring took.
    """

    prior: str | None
    split: str
    n: int
    median_distance: float
    local: Continuity
    at_codes: Continuity
    at_draws: Continuity | None
    straightness: Estimate
    real: Completeness | None
    generated: Completeness | None
    quality: SampleQuality | None
    best: SampleQuality | None
    classifier: TrainedClassifier | None
    seed: int
    seconds: float


@tuned_cpu()
def latent_space(
    run: Run,
    split: Literal["test", "validation", "train"] = "test",
    *,
    prior: str | None = None,
    n: int = 10_000,
    codes: int = 2_000,
    pairs: int = 1_000,
    features: FeatureFn | None = None,
    seed: int = 0,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> LatentMetrics:
    """Measures the latent space of a run; docs/latent-space.md says what each number means.

    Where the data have labels, a small classifier is trained on the training part (once; it is kept in the cache
    folder). Its certainty measures completeness, and its last layer gives the features.

    Args:
        run: the trained model.
        split: whose examples are the real ones.
        prior: "own", "ex-post" or a kind, as `choose_prior` takes it; by default the likelier one of those there are.
        n: examples to compare real and generated ones by, at most as many as the part has.
        codes: at which continuity is measured.
        pairs: of codes between which paths are measured.
        features: another network's, such as Inception's where you have its file; by default the classifier's.
        seed: of all draws; the same seed gives the same numbers.
        reporter: receives the progress of its parts.
        cancel: ends it early; a classifier that was trained is kept.

    Raises:
        CancelledError: `cancel` asked for it.
        CapabilityError: codes that are no real numbers, or a conditional model.
        DataError: an empty part.
    """
    if not run.modality.has_distances:
        raise CapabilityError(
            f"a latent space is measured by distances between outputs, and {run.modality.noun} have none: see "
            "autoencode evaluate, which counts the latent dimensions in use"
        )
    began = time.perf_counter()
    examples = _checked(run, split, n, pairs)
    reporter = resolve_reporter(reporter)
    drawn, kind = sample_prior(
        run, len(examples), prior=prior, seed=derive_seed(seed, _DRAWS), reporter=reporter, cancel=cancel
    )
    with track(reporter, "measuring continuity and straightness", cancel=cancel) as progress:
        shape = _geometry(run, examples, drawn, codes, pairs, seed, progress)
    classifier = _classifier(run, reporter, cancel)
    with track(reporter, "comparing generated examples with real ones", cancel=cancel) as progress:
        compared = _sample_quality(run, examples, drawn, classifier, features, seed, progress)
    return LatentMetrics(
        prior=kind,
        split=split,
        n=len(examples),
        **shape,
        **compared,
        classifier=classifier,
        seed=seed,
        seconds=round(time.perf_counter() - began, 2),
    )


def _classifier(run: Run, reporter: Reporter, cancel: CancelToken | None) -> TrainedClassifier | None:
    if run.data.train.labels is None:
        return None
    return load_or_train_classifier(run.data, reporter=reporter, cancel=cancel)


def _geometry(
    run: Run, examples: Subset, drawn: Tensor | None, codes: int, pairs: int, seed: int, progress: Progress
) -> dict[str, Any]:
    """How pictures change with the code."""

    def decode(z: Tensor) -> Tensor:
        progress.update()  # where it can be cancelled
        return run.decode_to_model_units(z)

    at = sample_codes(run, examples, derive_seed(seed, _CODES)).reshape(-1, *run.model.latent_shape)
    measure = partial(continuity, decode, code_std=aggregate_std(at), seed=seed)
    some = at[evenly_spaced_indices(len(at), codes)]
    return {
        "local": measure(some, step=_SMALL_STEP),
        "at_codes": measure(some, step=_LARGE_STEP),
        "at_draws": None if drawn is None else measure(drawn[:codes], step=_LARGE_STEP),
        "straightness": straightness(decode, encode_all(run.model, examples.subsample(2 * pairs)).means, seed=seed),
        "median_distance": median_distance(_shown(examples, seed), seed=seed),
    }


def _sample_quality(
    run: Run,
    examples: Subset,
    drawn: Tensor | None,
    classifier: TrainedClassifier | None,
    features: FeatureFn | None,
    seed: int,
    progress: Progress,
) -> dict[str, Any]:
    """Generated examples, and training examples, beside those of the part."""
    seen = features or (None if classifier is None else classifier.model.features)
    generated = None if drawn is None else run.decode_to_model_units(drawn)
    if generated is not None and run.modality.bounded:
        generated = generated.clamp(0, 1)
    progress.update()
    real, train = _shown(examples, seed), _shown(run.data.train.subsample(len(examples)), seed)
    return {
        "real": _completeness(classifier, real),
        "generated": _completeness(classifier, generated),
        "quality": _quality(seen, real, generated, seed),
        "best": _quality(seen, real, train, seed),
    }


def _shown(part: Subset, seed: int) -> Tensor:
    """The examples as a model is shown them: of probabilities, pictures that are drawn."""
    x = part.inputs()
    return x.bernoulli(generator=torch.Generator().manual_seed(derive_seed(seed, _SHOWN))) if part.stochastic else x


def _checked(run: Run, split: str, n: int, pairs: int) -> Subset:
    """The examples to measure with."""
    if run.model.is_conditional:
        raise CapabilityError(f"{run.path} needs a context with each code: its latent space is not measured")
    if n < 10 or pairs < 2:
        raise ArgumentError(f"measuring needs 10 examples and 2 pairs or more, not {n} and {pairs}")
    examples = run.data.subsets[split].subsample(n)
    if len(examples) < 10:
        raise DataError(f"the {split} split has {len(examples)} examples, and measuring needs 10 or more")
    return examples


@tuned_cpu()
@torch.no_grad()
def sample_prior(
    run: Run,
    n: int,
    *,
    prior: str | None = None,
    seed: int = 0,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> tuple[Tensor | None, str | None]:
    """Draws of codes, (n, *latent_shape), and from what; (None, None) for a plain autoencoder without a fitted prior.

    Args:
        run: the trained model.
        n: how many.
        prior: as `choose_prior` takes it.
        seed: of the draws.
        reporter: receives the progress of a fit.
        cancel: ends a fit early.

    Raises:
        UnknownNameError: no such prior.
        CancelledError: `cancel` asked for it.
        CapabilityError: "ex-post" where no prior was fitted, or "own" where there is none.
    """
    if prior is None and run.model.prior is None and ex_post_prior(run) is None:
        return None, None
    chosen = choose_prior(run, prior, reporter=reporter, cancel=cancel)
    with seeded_rng(seed, run.device):
        return chosen.sample(run, n).cpu(), chosen.kind


def _completeness(classifier: TrainedClassifier | None, x: Tensor | None) -> Completeness | None:
    return None if classifier is None or x is None else completeness(classifier.model.probabilities(x))


def _quality(features: FeatureFn | None, real: Tensor, others: Tensor | None, seed: int) -> SampleQuality | None:
    if features is None or others is None:
        return None
    n = min(len(real), len(others))
    return sample_quality(features(real[:n]).flatten(1), features(others[:n]).flatten(1), seed=seed)
