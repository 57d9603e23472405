"""Measures what a latent space is good for: continuity, completeness, straightness, and the quality of samples."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import torch
from torch import Tensor

from autoencode.data import Part, mix, places_apart
from autoencode.errors import ArgumentError, CapabilityError, DataError
from autoencode.evaluation import (
    Completeness,
    Continuity,
    Estimate,
    SampleQuality,
    aggregate_spread,
    completeness,
    continuity,
    encode_all,
    sample_quality,
    straightness,
    usual_distance,
)
from autoencode.tasks.choose_prior import choose_prior
from autoencode.tasks.classifier import TrainedClassifier, classifier_of
from autoencode.tasks.codes import codes_of
from autoencode.tasks.ex_post.prior import Tell
from autoencode.tasks.run import Run
from autoencode.training.seeding import own_noise

Features = Callable[[Tensor], Tensor]
"""Examples (n, *data_shape) in [0, 1] to features (n, dims), by whatever network."""

_CODES, _DRAWS, _SHOWN = 31, 32, 33
_LOCAL, _STEP = 0.01, 0.1


@dataclass(frozen=True)
class LatentSpace:
    """What was measured; what a model or its data cannot give is None.

    Args:
        prior: what codes were drawn from: "own", or the kind of the one fitted to codes.
        part: whose examples are the real ones.
        n: how many real and how many generated examples were compared.
        usual_distance: the median distance of two real examples, beside which a stretch should be read.
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
    part: str
    n: int
    usual_distance: float
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


def latent_space(
    run: Run,
    part: Literal["test", "validation", "train"] = "test",
    *,
    prior: str | None = None,
    n: int = 10_000,
    codes: int = 2_000,
    pairs: int = 1_000,
    features: Features | None = None,
    seed: int = 0,
    tell: Tell = lambda _: None,
) -> LatentSpace:
    """Measures the latent space of a run; docs/latent-space.md says what each number means.

    Where the data have labels, a small classifier is trained on the training part (once; it is kept in the cache
    folder). Its certainty measures completeness, and its last layer gives the features.

    Args:
        run: the trained model.
        part: whose examples are the real ones.
        prior: "own", "ex-post" or a kind, as `choose_prior` takes it; by default the likelier one of those there are.
        n: examples to compare real and generated ones by, at most as many as the part has.
        codes: at which continuity is measured.
        pairs: of codes between which paths are measured.
        features: another network's, such as Inception's where you have its file; by default the classifier's.
        seed: of all draws; the same seed gives the same numbers.
        tell: is told what takes time.

    Raises:
        CapabilityError: codes that are no real numbers, or a model that must be told a context.
        DataError: an empty part.
    """
    began = time.perf_counter()
    examples = _checked(run, part, n, pairs)
    drawn, kind = prior_codes(run, len(examples), prior=prior, seed=mix(seed, _DRAWS), tell=tell)
    tell("continuity and straightness")
    shape = _shape(run, examples, drawn, codes, pairs, seed)
    judge = classifier_of(run.data, tell=tell) if run.data.train.labels is not None else None
    tell("generated examples beside real ones")
    compared = _compared(run, examples, drawn, judge, features, seed)
    return LatentSpace(
        prior=kind,
        part=part,
        n=len(examples),
        **shape,
        **compared,
        classifier=judge,
        seed=seed,
        seconds=round(time.perf_counter() - began, 2),
    )


def _shape(run: Run, examples: Part, drawn: Tensor | None, codes: int, pairs: int, seed: int) -> dict[str, Any]:
    """How pictures change with the code."""
    at = codes_of(run, examples, mix(seed, _CODES)).reshape(-1, *run.model.latent_shape)
    measure = partial(continuity, run.decode, spread=aggregate_spread(at), seed=seed)
    some = at[places_apart(len(at), codes)]
    return {
        "local": measure(some, step=_LOCAL),
        "at_codes": measure(some, step=_STEP),
        "at_draws": None if drawn is None else measure(drawn[:codes], step=_STEP),
        "straightness": straightness(run.decode, encode_all(run.model, examples.spread(2 * pairs)).means, seed=seed),
        "usual_distance": usual_distance(_shown(examples, seed), seed=seed),
    }


def _compared(
    run: Run,
    examples: Part,
    drawn: Tensor | None,
    judge: TrainedClassifier | None,
    features: Features | None,
    seed: int,
) -> dict[str, Any]:
    """Generated examples, and training examples, beside those of the part."""
    seen = features or (None if judge is None else judge.model.features)
    generated = None if drawn is None else run.decode(drawn).clamp(0, 1)
    real, train = _shown(examples, seed), _shown(run.data.train.spread(len(examples)), seed)
    return {
        "real": _recognised(judge, real),
        "generated": _recognised(judge, generated),
        "quality": _quality(seen, real, generated, seed),
        "best": _quality(seen, real, train, seed),
    }


def _shown(part: Part, seed: int) -> Tensor:
    """The examples as a model is shown them: of probabilities, pictures that are drawn."""
    x = part.units()
    return x.bernoulli(generator=torch.Generator().manual_seed(mix(seed, _SHOWN))) if part.stochastic else x


def _checked(run: Run, part: str, n: int, pairs: int) -> Part:
    """The examples to measure with."""
    if run.model.is_conditional:
        raise CapabilityError(f"{run.path} must be told a context with each code: its latent space is not measured")
    if n < 10 or pairs < 2:
        raise ArgumentError(f"measuring needs 10 examples and 2 pairs or more, not {n} and {pairs}")
    examples = run.data.parts[part].spread(n)
    if len(examples) < 10:
        raise DataError(f"the {part} part has {len(examples)} examples, and measuring needs 10 or more")
    return examples


@torch.no_grad()
def prior_codes(
    run: Run, n: int, *, prior: str | None = None, seed: int = 0, tell: Tell = lambda _: None
) -> tuple[Tensor | None, str | None]:
    """Draws of codes, (n, *latent_shape), and from what; (None, None) for a plain autoencoder without a fitted prior.

    Args:
        run: the trained model.
        n: how many.
        prior: as `choose_prior` takes it.
        seed: of the draws.
        tell: is told in words how far a fit is.

    Raises:
        UnknownNameError: no such prior.
        CapabilityError: "ex-post" where no prior was fitted, or "own" where there is none.
    """
    if prior is None and run.model.prior is None and run.ex_post() is None:
        return None, None
    chosen = choose_prior(run, prior, tell)
    with own_noise(run.device):
        torch.manual_seed(seed)
        return chosen.sample(run, n).cpu(), chosen.kind


def _recognised(judge: TrainedClassifier | None, x: Tensor | None) -> Completeness | None:
    return None if judge is None or x is None else completeness(judge.model.probabilities(x))


def _quality(features: Features | None, real: Tensor, others: Tensor | None, seed: int) -> SampleQuality | None:
    if features is None or others is None:
        return None
    n = min(len(real), len(others))
    return sample_quality(features(real[:n]).flatten(1), features(others[:n]).flatten(1), seed=seed)
