"""p(z): modules whose `forward` gives a distribution over codes."""

from autoencode.priors.bernoulli import BernoulliPrior
from autoencode.priors.beta import BetaPrior
from autoencode.priors.categorical import CategoricalPrior
from autoencode.priors.class_and_normal import ClassAndNormalPrior
from autoencode.priors.codeword_prior import CodewordPrior
from autoencode.priors.conditional_normal import ConditionalNormalPrior
from autoencode.priors.dirichlet import DirichletPrior
from autoencode.priors.empirical_codewords import EmpiricalCodewordPrior
from autoencode.priors.flow import FlowPrior
from autoencode.priors.gamma import GammaPrior
from autoencode.priors.hyperspherical_uniform import HypersphericalUniformPrior
from autoencode.priors.ladder import LadderPrior
from autoencode.priors.mixture import MixturePrior
from autoencode.priors.prior import Prior
from autoencode.priors.standard_normal import StandardNormalPrior
from autoencode.priors.uniform_codewords import UniformCodewordPrior
from autoencode.priors.vamp import VampPrior

__all__ = [
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
]
