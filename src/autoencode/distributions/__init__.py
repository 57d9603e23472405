"""The distributions that PyTorch lacks or computes badly, and the Kullback–Leibler divergence for any pair."""

from autoencode.distributions.continuous_bernoulli import ContinuousBernoulli
from autoencode.distributions.discretized_logistic import DiscretizedLogistic
from autoencode.distributions.kl import kl, kl_per_dimension
from autoencode.distributions.point_mass import Degenerate, PointMass

__all__ = ["ContinuousBernoulli", "Degenerate", "DiscretizedLogistic", "PointMass", "kl", "kl_per_dimension"]
