"""p(z): modules whose `forward` gives a distribution over codes."""

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
