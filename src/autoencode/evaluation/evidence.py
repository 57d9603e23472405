"""Measures what a verdict rests on: the model's error beside that of the mean example and of PCA."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from autoencode.data import Batch, Subset, sequential_batches
from autoencode.data.masks.mask_classes import MaskClasses
from autoencode.data.modality import FrameWindows
from autoencode.distributions import OneHotCode, Quantised, RelaxedBernoulliCode, SparsePointMass, kl
from autoencode.distributions.chord_sequences import step_counts
from autoencode.distributions.token_sequences import token_counts, tokens_back
from autoencode.evaluation.key_chains import KeyChains
from autoencode.evaluation.latent import active_units, encode_all
from autoencode.evaluation.learning_curve import rising_since, still_falling
from autoencode.evaluation.ngrams import NGrams
from autoencode.evaluation.prediction import prediction_quality
from autoencode.evaluation.segmentation import segmentation_quality
from autoencode.model import Autoencoder
from autoencode.nn.principal_components import principal_axes
from autoencode.runs.metrics import EpochMetrics
from autoencode.runs.verdict import Evidence
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, resolve_reporter, track
from autoencode.runtime.seeding import seeded_rng

_MAX_MEASURED, _MAX_FITTED = 2_000, 5_000
"""Validation examples that are measured; training examples to which PCA is fitted."""
_MAX_VALUES, _USUAL_PRODUCTS, _MAX_PRODUCTS, _MAX_BATCH_VALUES = 2**26, 2**30, 2**34, 2**23
"""Values of these examples; products of one multiplication of PCA, above which fewer examples are taken, and above
which it is left out; values in a batch."""
_EXAMPLES_PER_NUMBER = 4
"""The least examples to which PCA is fitted, for each of its numbers, where there are as many."""
_MAX_LATENT_SIZE = 10_000
_MOST_WINDOWS, _MOST_MEAN = 200, 500
"""Windows of frames that are measured, and of which the mean is taken."""
_TRIGRAM, _MAX_COUNTED = 3, 100_000
"""Tokens of an n-gram; sequences in which they are counted."""


@tuned_cpu()
@torch.no_grad()
def measure_evidence(
    model: Autoencoder,
    prepare: Callable[[Batch], Batch] | None,
    train: Subset,
    validation: Subset,
    epochs: Sequence[EpochMetrics] = (),
    *,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Evidence:
    """Measures a model on at most 2,000 validation examples, within seconds.

    A model that restores is compared with its corrupted input, a model of tokens with trigrams, one of chords with keys
    that depend on the step before, any other with the mean training example and with PCA of as many numbers as the code
    has. PCA is left out where codes are no real numbers (codewords, categories, bits, sparse codes), have at least as
    many as an example, or so many that PCA would take long.

    Args:
        model: is set to evaluation mode.
        prepare: the objective's, which may corrupt a batch; None where it is not known.
        train: the training part; mean and PCA are those of at most 5,000 examples.
        validation: the validation part.
        epochs: of the training.
        reporter: receives the progress of the task "comparing", in examples.
        cancel: ends it early.

    Raises:
        CancelledError: `cancel` asked for it.
    """
    model.eval()
    some = _measured_part(model, validation)
    found: dict[str, Any] = {"n": len(some), **_of_training(epochs)}
    if (n_tokens := model.likelihood.n_tokens) is not None:
        with track(resolve_reporter(reporter), "comparing", None, "examples", cancel=cancel):
            return Evidence(**found, **_of_tokens(model, n_tokens, train, some), **_usage(model, some))
    if model.likelihood.steps(some.inputs(slice(0, 1))) is not None:
        with track(resolve_reporter(reporter), "comparing", None, "examples", cancel=cancel):
            return Evidence(**found, **_of_chords(model, train, some), **_usage(model, some))
    with track(resolve_reporter(reporter), "comparing", 2 * len(some), "examples", cancel=cancel) as progress:
        errors = _errors(model, prepare, some, progress.advance)
        if errors is None:
            return Evidence(**found)
        own, of_input = errors
        found["squared_error"] = own if math.isfinite(own) else None
        if of_input is not None:
            return Evidence(**found, input_error=of_input)
        found |= _usage(model, some)
        progress.update(2 * len(some))
    return Evidence(**found, **_baselines(model, train, some))


def _of_chords(model: Autoencoder, train: Subset, some: Subset) -> dict[str, Any]:
    """Nats of pieces by the model, and by counting."""
    nats, steps = _nats(model, some), step_counts(some.inputs()).sum().item()
    chains = KeyChains(train.subsample(_MAX_FITTED).inputs()).nats(some.inputs()).double().sum().item()
    return {"step_nats": nats / steps if math.isfinite(nats) else None, "chain_nats": chains / steps}


def _nats(model: Autoencoder, some: Subset) -> float:
    """−elbo, added up over examples."""
    device, nats = next(model.parameters()).device, 0.0
    with seeded_rng(0, device):
        for batch in sequential_batches(some, batch_size(model), device=device):
            q = model.encode(batch.x, batch.context)
            z = q.rsample()
            rate = 0 if model.prior is None else kl(q, model.prior_for(batch.context), z[None])
            nats -= (model.decode(z, batch.context).log_prob(batch.target) - rate).double().sum().item()
    return nats


def _of_tokens(model: Autoencoder, n_tokens: int, train: Subset, some: Subset) -> dict[str, Any]:
    """Nats of sequences by the model and by trigrams, and how much of them comes back."""
    device, nats, back, tokens = next(model.parameters()).device, 0.0, 0.0, 0
    with seeded_rng(0, device):
        for batch in sequential_batches(some, batch_size(model), device=device):
            q = model.encode(batch.x, batch.context)
            z = q.rsample()
            found = model.decode(z, batch.context).log_prob(batch.target)
            rate = 0 if model.prior is None else kl(q, model.prior_for(batch.context), z[None])
            nats -= (found - rate).double().sum().item()
            back += tokens_back(model.decode(q.mean, batch.context).mean, batch.target).double().sum().item()
            tokens += int(token_counts(batch.target.long()).sum())
    trigrams = NGrams(train.subsample(_MAX_COUNTED).inputs().int(), _TRIGRAM, n_tokens)
    n = len(some)
    return {
        "nats": nats / n if math.isfinite(nats) else None,
        "trigram_nats": math.fsum(trigrams.nats(some.inputs().int())) / n,
        "tokens": tokens / n,
        "tokens_back": back / n,
    }


def segmentation_evidence(
    model: Autoencoder,
    train: Subset,
    validation: Subset,
    masks: MaskClasses,
    epochs: Sequence[EpochMetrics] = (),
    *,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Evidence:
    """Measures a segmenter on at most 2,000 validation pictures, beside the mask that is always the same.

    Args:
        model: is set to evaluation mode.
        train: the training part.
        validation: the validation part.
        masks: the classes.
        epochs: of the training.
        reporter: receives the progress of the task "segmenting", in examples.
        cancel: ends it early.

    Raises:
        CancelledError: `cancel` asked for it.
    """
    some = _measured_part(model, validation)
    quality = segmentation_quality(model, some, masks, train, reporter=reporter, cancel=cancel)
    found: dict[str, Any] = {"n": len(some), **_of_training(epochs)}
    if quality is None:
        return Evidence(**found)
    usual = quality.baseline_dice
    return Evidence(**found, dice=quality.mean_dice.value, usual_dice=None if usual is None else usual.value)


def prediction_evidence(
    model: Autoencoder,
    train: Subset,
    validation: Subset,
    frames: FrameWindows,
    epochs: Sequence[EpochMetrics] = (),
    *,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Evidence:
    """Measures a model that predicts frames beside the simplest answers: the last frame copied, and the mean frame.

    Args:
        model: is set to evaluation mode.
        train: the training part; the mean frame for each frame ahead is that of at most 500 windows.
        validation: the validation part, of which at most 200 windows are measured.
        frames: what a window is.
        epochs: of the training.
        reporter: receives the progress of the task "predicting", in windows.
        cancel: ends it early.

    Raises:
        CancelledError: `cancel` asked for it.
    """
    some, values = validation.subsample(_MOST_WINDOWS), math.prod(frames.data_shape) // frames.past
    quality = prediction_quality(model, some, frames, draws=4, reporter=reporter, cancel=cancel)
    of_mean = _mean_future_error(train.subsample(_MOST_MEAN), some)
    copied = quality.copied_error.value / values
    nearer = ("the last frame copied", copied) if copied <= of_mean else ("the mean frame", of_mean)
    own = quality.squared_error.value / values
    return Evidence(
        n=len(some),
        **_of_training(epochs),
        squared_error=own if math.isfinite(own) else None,
        input_error=nearer[1],
        input_is=nearer[0],
        active=quality.active,
        units=len(quality.kl_per_dimension),
        alike=quality.alike,
    )


def _mean_future_error(train: Subset, some: Subset) -> float:
    """The squared error of a value, of the mean of training futures in place of each future."""
    futures, true = (part.inputs() if (own := part.targets()) is None else own for part in (train, some))
    return float((futures.double().mean(0) - true).square().mean())


def _measured_part(model: Autoencoder, validation: Subset) -> Subset:
    return validation.subsample(max(1, min(_MAX_MEASURED, _MAX_VALUES // math.prod(model.data_shape))))


def _of_training(epochs: Sequence[EpochMetrics]) -> dict[str, Any]:
    return {
        "rising_since": rising_since(epochs),
        "falling": still_falling(epochs),
        "steps": epochs[-1].step if epochs else 0,
        "minutes": epochs[-1].seconds / 60 if epochs else 0.0,
    }


def _errors(
    model: Autoencoder, prepare: Callable[[Batch], Batch] | None, subset: Subset, on_batch: Callable[[int], None]
) -> tuple[float, float | None] | None:
    """Squared errors of the output, and of the input where it differs from the target; None without clean targets."""
    device, own, of_input, corrupted, n = next(model.parameters()).device, 0.0, 0.0, False, 0
    with seeded_rng(0, device):
        for batch in sequential_batches(subset, batch_size(model), device=device):
            shown = prepare(batch) if prepare else batch
            if shown.loss_mask is not None:
                return None
            output = model.decode(model.encode(shown.x, shown.context).mean, shown.context).mean
            counted = model.likelihood.counted(shown.target)
            own += _squares(output - shown.target, counted)
            of_input += _squares(shown.x - shown.target, counted)
            n += shown.target.numel() if counted is None else int(counted.sum())
            corrupted |= not torch.equal(shown.x, shown.target)
            on_batch(len(batch))
    return own / max(1, n), of_input / max(1, n) if corrupted else None


def _squares(error: Tensor, counted: Tensor | None) -> float:
    """The sum of squares over the values that were observed."""
    squares = error.double().square()
    return float((squares if counted is None else squares * counted).sum())


def _mean_square(error: Tensor, counted: Tensor | None) -> float:
    return _squares(error, counted) / max(1, error.numel() if counted is None else int(counted.sum()))


def batch_size(model: Autoencoder) -> int:
    """Examples that go through a model at a time: five hundred, fewer of large ones."""
    return max(1, min(500, _MAX_BATCH_VALUES // math.prod(model.data_shape)))


def _usage(model: Autoencoder, some: Subset) -> dict[str, Any]:
    """How much of the code is in use."""
    if len(some) < 2 or math.prod(model.latent_shape) > _MAX_LATENT_SIZE:
        return {}
    codes = encode_all(model, some, batch_size(model), reporter=Reporter())
    if codes.counts is not None:
        return {"active": int((codes.counts > 0).sum()), "units": codes.counts.numel(), "unit": "codewords"}
    if codes.kl is None:
        return {}
    units = codes.kl[0].numel()
    return {"active": active_units(codes.means, units), "units": units}


def _baselines(model: Autoencoder, train: Subset, some: Subset) -> dict[str, Any]:
    """Squared errors of the mean training example, and of PCA, on the same examples as the model."""
    values, wanted = math.prod(model.data_shape), _comparable_numbers(model, some)
    enough = max(_USUAL_PRODUCTS // (values * max(1, wanted)), _EXAMPLES_PER_NUMBER * wanted)
    n = min(_MAX_FITTED, _MAX_VALUES // values, enough)
    fitted = train.subsample(max(2, n)).inputs().flatten(1)
    centre = fitted.double().mean(0).float()
    x = some.inputs()
    counted = model.likelihood.counted(x)
    rest, spread = x.flatten(1) - centre, fitted - centre
    found: dict[str, Any] = {"mean_error": _mean_square(rest, counted)}
    numbers = min(wanted, len(fitted) - 1)
    if numbers < 1 or numbers * spread.numel() > _MAX_PRODUCTS or not bool(spread.any()):
        return found
    axes = principal_axes(spread, numbers)
    return {**found, "pca_error": _mean_square(rest - rest @ axes @ axes.T, counted), "pca_numbers": numbers}


def _comparable_numbers(model: Autoencoder, some: Subset) -> int:
    """How many numbers a code has, where PCA can have as many; else 0."""
    batch = next(iter(sequential_batches(some[:1], 1, device=next(model.parameters()).device)))
    q = model.encode(batch.x, batch.context)
    base = getattr(q, "base_dist", q)
    if any(isinstance(each, Quantised | SparsePointMass | OneHotCode | RelaxedBernoulliCode) for each in (q, base)):
        return 0
    numbers = math.prod(model.latent_shape)
    return numbers if numbers < math.prod(model.data_shape) else 0
