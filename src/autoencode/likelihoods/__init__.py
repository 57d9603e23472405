"""p(x|z): modules whose `forward` turns the decoder's features into a distribution over data."""

from autoencode.likelihoods.bernoulli import BernoulliLikelihood
from autoencode.likelihoods.counts import NegativeBinomialLikelihood, PoissonLikelihood
from autoencode.likelihoods.levels import (
    BinomialLikelihood,
    CategoricalLikelihood,
    DiscretizedLogisticLikelihood,
    MixtureOfDiscretizedLogisticsLikelihood,
)
from autoencode.likelihoods.likelihood import Likelihood, LogProbKind, likelihoods
from autoencode.likelihoods.location_scale import LaplaceLikelihood, NormalLikelihood
from autoencode.likelihoods.scale import FixedScale, LearnedScale, OptimalScale, Scale
from autoencode.likelihoods.unit_interval import BetaLikelihood, ContinuousBernoulliLikelihood
from autoencode.registry import import_submodules

import_submodules(__name__)  # also modules that are not exported here register what they define

__all__ = [
    "BernoulliLikelihood",
    "BetaLikelihood",
    "BinomialLikelihood",
    "CategoricalLikelihood",
    "ContinuousBernoulliLikelihood",
    "DiscretizedLogisticLikelihood",
    "FixedScale",
    "LaplaceLikelihood",
    "LearnedScale",
    "Likelihood",
    "LogProbKind",
    "MixtureOfDiscretizedLogisticsLikelihood",
    "NegativeBinomialLikelihood",
    "NormalLikelihood",
    "OptimalScale",
    "PoissonLikelihood",
    "Scale",
    "likelihoods",
]
