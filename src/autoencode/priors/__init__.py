"""Priors p(z): modules whose `forward` returns a distribution over codes.

prior                  the base class
normal                 the standard normal, and one conditioned on a context
mixture, vamp, flow, ladder      learned priors
beta_gamma_dirichlet   between 0 and 1, positive, proportions
hypersphere            on the unit sphere
discrete               bits and categories
codewords              codewords, uniform or with learned frequencies
class_and_normal       a class and a normal code
attributes             a block for each attribute, and a rest
"""

from autoencode.priors.attributes import AttributePrior, value_places
from autoencode.priors.beta_gamma_dirichlet import BetaPrior, DirichletPrior, GammaPrior
from autoencode.priors.class_and_normal import ClassAndNormalPrior
from autoencode.priors.codewords import CodewordPrior, EmpiricalCodewordPrior, UniformCodewordPrior
from autoencode.priors.discrete import BernoulliPrior, CategoricalPrior
from autoencode.priors.flow import FlowPrior
from autoencode.priors.hypersphere import HypersphericalUniformPrior
from autoencode.priors.ladder import LadderPrior
from autoencode.priors.mixture import MixturePrior
from autoencode.priors.normal import ConditionalNormalPrior, StandardNormalPrior
from autoencode.priors.prior import Prior
from autoencode.priors.vamp import VampPrior

__all__ = [
    "AttributePrior",
    "BernoulliPrior",
    "BetaPrior",
    "CategoricalPrior",
    "ClassAndNormalPrior",
    "ConditionalNormalPrior",
    "CodewordPrior",
    "EmpiricalCodewordPrior",
    "DirichletPrior",
    "FlowPrior",
    "GammaPrior",
    "HypersphericalUniformPrior",
    "LadderPrior",
    "MixturePrior",
    "Prior",
    "StandardNormalPrior",
    "UniformCodewordPrior",
    "VampPrior",
    "value_places",
]
