"""q(z|x): modules whose `forward` turns the encoder's features into a distribution over codes."""

from autoencode.posteriors.annealed_temperature import AnnealedTemperature
from autoencode.posteriors.bernoulli import BernoulliPosterior
from autoencode.posteriors.beta import BetaPosterior
from autoencode.posteriors.categorical import CategoricalPosterior
from autoencode.posteriors.class_and_normal import ClassAndNormalPosterior
from autoencode.posteriors.diagonal_normal import DiagonalNormalPosterior
from autoencode.posteriors.dirichlet import DirichletPosterior
from autoencode.posteriors.finite_scalar import FiniteScalarPosterior
from autoencode.posteriors.flow import FlowPosterior
from autoencode.posteriors.full_covariance_normal import FullCovarianceNormalPosterior
from autoencode.posteriors.gamma import GammaPosterior
from autoencode.posteriors.ladder import LadderPosterior
from autoencode.posteriors.point_mass import IdentityPosterior, PointMassPosterior
from autoencode.posteriors.posterior import Posterior
from autoencode.posteriors.power_spherical import PowerSphericalPosterior
from autoencode.posteriors.sparse import ReluPosterior, SigmoidPosterior, TopKPointMass, TopKPosterior
from autoencode.posteriors.vector_quantised import VectorQuantisedPosterior

__all__ = [
    "BernoulliPosterior",
    "BetaPosterior",
    "CategoricalPosterior",
    "ClassAndNormalPosterior",
    "DiagonalNormalPosterior",
    "DirichletPosterior",
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
