"""q(z|x): modules whose `forward` turns the encoder's features into a distribution over codes."""

from autoencode.posteriors.beta_gamma_dirichlet import BetaPosterior, DirichletPosterior, GammaPosterior
from autoencode.posteriors.class_and_normal import ClassAndNormalPosterior
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
