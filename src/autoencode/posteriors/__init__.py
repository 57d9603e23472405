"""q(z|x): modules whose `forward` turns the encoder's features into a distribution over codes."""

from autoencode.posteriors.diagonal_normal import DiagonalNormalPosterior
from autoencode.posteriors.ladder import LadderPosterior
from autoencode.posteriors.point_mass import PointMassPosterior
from autoencode.posteriors.posterior import Posterior

__all__ = ["DiagonalNormalPosterior", "LadderPosterior", "PointMassPosterior", "Posterior"]
