"""What a reader must know before trusting or comparing the numbers of an evaluation."""

from collections.abc import Collection

from autoencode.evaluation.evaluation import Evaluation
from autoencode.likelihoods import LogProbKind

_WORSE_THAN_MEAN = 1.1
_WEAKER_KL = {"beta": "a smaller --beta", "warmup_steps": "more --warmup-steps", "free_bits": "some --free-bits"}


def cautions(measured: Evaluation, options: Collection[str] = ()) -> list[str]:
    """One sentence or two for each caution; an empty list if there is nothing to say.

    Args:
        measured: the evaluation.
        options: the options of the model's recipe, so that no advice names an option that it does not have.
    """
    found = [_about_likelihood(measured), _about_error(measured), _about_collapse(measured, options)]
    return [caution for caution in found if caution]


def _about_likelihood(measured: Evaluation) -> str:
    if measured.measure is LogProbKind.NEITHER:
        return (
            "The Bernoulli likelihood of grey values is a cross-entropy, not a probability of the data: use elbo and "
            "log-likelihood only to compare models with the same likelihood. Bits per dimension are left out."
        )
    if measured.measure is LogProbKind.DENSITY:
        return (
            "log p(x) is a density, so it can be positive and depends on the units of the data. Bits per dimension are "
            "given only for probability masses (--likelihood discretized-logistic)."
        )
    return ""


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
