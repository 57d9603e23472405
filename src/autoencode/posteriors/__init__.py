"""Posteriors q(z|x): modules whose `forward` maps the encoder's features to a distribution over codes.

posterior              the base class
point_mass, sparse     codes that are points: of plain autoencoders, and sparse ones
normal                 diagonal or full covariance
flow                   normalizing flow
ladder                 several levels
beta_gamma_dirichlet   between 0 and 1, positive, proportions
hypersphere            on the unit sphere
relaxed                bits and categories, relaxed in training
quantised              codewords
class_and_normal       a class and a normal code
features_and_normal    features of each pixel and a normal code of the whole picture
"""

from autoencode.posteriors.beta_gamma_dirichlet import BetaPosterior, DirichletPosterior, GammaPosterior
from autoencode.posteriors.class_and_normal import ClassAndNormalPosterior
from autoencode.posteriors.features_and_normal import FeaturesAndNormalPosterior
from autoencode.posteriors.flow import FlowPosterior
from autoencode.posteriors.hypersphere import PowerSphericalPosterior
from autoencode.posteriors.ladder import LadderPosterior
from autoencode.posteriors.normal import DiagonalNormalPosterior, FullCovarianceNormalPosterior
from autoencode.posteriors.point_mass import IdentityPosterior, PointMassPosterior
from autoencode.posteriors.posterior import Posterior
from autoencode.posteriors.quantised import FiniteScalarPosterior, VectorQuantisedPosterior
from autoencode.posteriors.relaxed import AnnealedTemperature, BernoulliPosterior, CategoricalPosterior
from autoencode.posteriors.sparse import ReluPosterior, SigmoidPosterior, TopKPointMass, TopKPosterior

__all__ = [
    "BernoulliPosterior",
    "BetaPosterior",
    "CategoricalPosterior",
    "ClassAndNormalPosterior",
    "DiagonalNormalPosterior",
    "DirichletPosterior",
    "FeaturesAndNormalPosterior",
    "FiniteScalarPosterior",
    "FlowPosterior",
    "FullCovarianceNormalPosterior",
    "GammaPosterior",
    "IdentityPosterior",
    "LadderPosterior",
    "PointMassPosterior",
    "Posterior",
    "PowerSphericalPosterior",
    "ReluPosterior",
    "SigmoidPosterior",
    "AnnealedTemperature",
    "TopKPointMass",
    "TopKPosterior",
    "VectorQuantisedPosterior",
]
