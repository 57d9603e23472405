"""Likelihoods p(x|z): modules whose `forward` maps the decoder's features to a distribution over data.

likelihood       the base class, and the table of names
bernoulli        binary data, and cross-entropy for grey values
unit_interval    densities of values between 0 and 1
levels           probability masses on the 256 levels of 8-bit images
location_scale   normal and Laplace, for values on the real line
scale            their scale: fixed, learned, or optimal
counts           Poisson and negative binomial
causal           a pixel depends on the pixels before it
table_cells      rows of a table: numbers, categories, missing cells
future_frames    frames that come next
mask             one class for each pixel of a picture
"""

from autoencode.likelihoods.bernoulli import BernoulliLikelihood
from autoencode.likelihoods.counts import NegativeBinomialLikelihood, PoissonLikelihood
from autoencode.likelihoods.future_frames import FutureLikelihood
from autoencode.likelihoods.levels import (
    BinomialLikelihood,
    CategoricalLikelihood,
    DiscretizedLogisticLikelihood,
    MixtureOfDiscretizedLogisticsLikelihood,
)
from autoencode.likelihoods.likelihood import Likelihood, LogProbKind, likelihoods
from autoencode.likelihoods.location_scale import LaplaceLikelihood, NormalLikelihood
from autoencode.likelihoods.mask import MaskLikelihood
from autoencode.likelihoods.scale import FixedScale, LearnedScale, OptimalScale, Scale
from autoencode.likelihoods.table_cells import TableLikelihood
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
    "FutureLikelihood",
    "MaskLikelihood",
    "MixtureOfDiscretizedLogisticsLikelihood",
    "NegativeBinomialLikelihood",
    "NormalLikelihood",
    "OptimalScale",
    "PoissonLikelihood",
    "Scale",
    "TableLikelihood",
    "likelihoods",
]
