"""p(x|z): modules whose `forward` turns the decoder's features into a distribution over data."""

from autoencode.likelihoods.bernoulli import BernoulliLikelihood
from autoencode.likelihoods.beta import BetaLikelihood
from autoencode.likelihoods.binomial import BinomialLikelihood
from autoencode.likelihoods.categorical import CategoricalLikelihood
from autoencode.likelihoods.continuous_bernoulli import ContinuousBernoulliLikelihood
from autoencode.likelihoods.counts import NegativeBinomialLikelihood, PoissonLikelihood
from autoencode.likelihoods.discretized_logistic import DiscretizedLogisticLikelihood
from autoencode.likelihoods.laplace import LaplaceLikelihood
from autoencode.likelihoods.likelihood import Likelihood, LogProbKind, likelihoods
from autoencode.likelihoods.mixture_of_discretized_logistics import MixtureOfDiscretizedLogisticsLikelihood
from autoencode.likelihoods.normal import NormalLikelihood
from autoencode.likelihoods.scale import FixedScale, LearnedScale, OptimalScale, Scale
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
