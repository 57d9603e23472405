"""What a reader must know before trusting or comparing the numbers of an evaluation."""

from collections.abc import Collection, Sequence

from autoencode.data import Standardisation
from autoencode.evaluation.evaluation import Evaluation
from autoencode.likelihoods import LogProbKind
from autoencode.runs.metrics import EpochMetrics

_WORSE_THAN_MEAN = 1.1
_FEW_EXAMPLES = 20
_MIN_EPOCHS, _EARLY, _RISE, _FALL = 10, 0.6, 0.1, 0.03
"""Epochs that a learning curve needs; a share of them; rise and fall as shares of the whole fall of the loss."""
_WEAKER_KL = {"beta": "a smaller --beta", "warmup_steps": "more --warmup-steps", "free_bits": "some --free-bits"}


def cautions(
    measured: Evaluation,
    options: Collection[str] = (),
    epochs: Sequence[EpochMetrics] = (),
    standardisation: Standardisation | None = None,
    *,
    has_levels: bool = False,
) -> list[str]:
    """One sentence or two for each caution; an empty list if there is nothing to say.

    Args:
        measured: the evaluation.
        options: the options of the model's recipe, so that no advice names an option that it does not have.
        epochs: of the training, for its learning curve.
        standardisation: of the data, whose units the numbers then have.
        has_levels: whether values are 8-bit levels, of which a likelihood can be a probability mass.
    """
    found = [
        _about_error(measured),
        _about_collapse(measured, options),
        _about_learning_curve(epochs),
        _about_size(measured),
        _about_likelihood(measured, has_levels=has_levels and "likelihood" in options),
        _about_units(measured, standardisation),
    ]
    return [caution for caution in found if caution]


def _about_likelihood(measured: Evaluation, *, has_levels: bool) -> str:
    if measured.measure is LogProbKind.NEITHER:
        return (
            "The Bernoulli likelihood of grey values is a cross-entropy, not a probability of the data: use elbo and "
            "log-likelihood only to compare models with the same likelihood. Bits per dimension are left out."
        )
    if measured.measure is LogProbKind.DENSITY and not measured.is_of_restoration:
        return (
            "log p(x) is a density, so it can be positive and depends on the units of the data. Bits per dimension are "
            f"given only for probability masses{' (--likelihood discretized-logistic)' if has_levels else ''}."
        )
    return ""


def _about_units(measured: Evaluation, standardisation: Standardisation | None) -> str:
    if standardisation is None:
        return ""
    nats = (
        f" For nats in the units of the data add {standardisation.log_volume:.6g} to nll and subtract it from elbo and "
        "log-likelihood: the sum of the logarithms of the standard deviations."
    )
    density = nats if measured.measure is LogProbKind.DENSITY else ""
    return (
        f"Nats and errors are those of standardised columns: a squared error of 1 is the variance of a column.{density}"
    )


def _about_error(measured: Evaluation) -> str:
    baseline = measured.baseline_error
    if baseline is None or measured.squared_error.value <= _WORSE_THAN_MEAN * baseline:
        return ""
    return (
        f"The reconstructions are worse than the mean of the data (squared error {measured.squared_error.value:.3g}, "
        f"mean {baseline:.3g}), so the model has learned nothing yet: train longer, or with a lower --learning-rate if "
        "the loss rose."
    )


def _about_collapse(measured: Evaluation, options: Collection[str]) -> str:
    if measured.active_units != 0:
        return ""
    advice = [text for name, text in _WEAKER_KL.items() if name in options]
    advised = f": try {' or '.join(advice)}" if advice else ""
    return f"No latent dimension is active: the codes do not depend on the data (posterior collapse){advised}."


def _about_learning_curve(epochs: Sequence[EpochMetrics]) -> str:
    """Whether the validation loss was best long before the end, or was still falling."""
    if len(epochs) < _MIN_EPOCHS:
        return ""
    losses = [epoch.validation["loss"] for epoch in epochs]
    best = min(range(len(losses)), key=losses.__getitem__)
    fell = losses[0] - losses[best]
    if best + 1 <= _EARLY * len(losses) and losses[-1] - losses[best] > _RISE * fell > 0:
        return (
            f"Overfitting: the validation loss was best at epoch {epochs[best].epoch:.4g} of {epochs[-1].epoch:.4g} "
            "and rose afterwards. The best weights are kept; more examples would help."
        )
    earlier = losses[int(0.8 * len(losses)) - 1]
    if best == len(losses) - 1 and earlier - losses[-1] > _FALL * fell > 0:
        return "The validation loss was still falling at the end: train on with --resume and more --epochs."
    return ""


def _about_size(measured: Evaluation) -> str:
    n = measured.nll.n
    if n >= _FEW_EXAMPLES:
        return ""
    return f"The {measured.split} split has only {n} example{'' if n == 1 else 's'}, so these numbers are rough."
