"""What a reader must know before comparing the numbers of an evaluation."""

from autoencode.data import Standardisation
from autoencode.evaluation.evaluation import Evaluation
from autoencode.likelihoods import LogProbKind

_FEW_EXAMPLES = 20
_OF_KNOWN = ", each times the share of its cells that are there"


def cautions(
    measured: Evaluation,
    standardisation: Standardisation | None = None,
    *,
    has_levels: bool = False,
) -> list[str]:
    """One sentence or two for each caution; an empty list if there is nothing to say.

    How good the model is says its verdict.

    Args:
        measured: the evaluation.
        standardisation: of the data, whose units the numbers then have.
        has_levels: whether values are 8-bit levels, of which the recipe's likelihood can be a probability mass.
    """
    found = [
        _about_size(measured),
        _about_likelihood(measured, has_levels=has_levels),
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
    volume = standardisation.log_volume(measured.known)
    nats = (
        f" For nats in the units of the data add {volume:.6g} to nll and subtract it from elbo and log-likelihood: the "
        f"sum of the logarithms of the standard deviations{_OF_KNOWN if measured.known else ''}."
    )
    density = nats if measured.measure is LogProbKind.DENSITY else ""
    return (
        f"Nats and errors are those of standardised columns: a squared error of 1 is the variance of a column.{density}"
    )


def _about_size(measured: Evaluation) -> str:
    n = measured.nll.n
    if n >= _FEW_EXAMPLES:
        return ""
    return f"The {measured.split} split has only {n} example{'' if n == 1 else 's'}, so these numbers are rough."
