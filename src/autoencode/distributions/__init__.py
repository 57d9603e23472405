"""The distributions that PyTorch lacks or computes badly, and the Kullback–Leibler divergence for any pair."""

from autoencode.distributions.continuous_bernoulli import ContinuousBernoulli
from autoencode.distributions.discretized_logistic import DiscretizedLogistic
from autoencode.distributions.kl import kl, kl_groups, kl_per_dimension
from autoencode.distributions.ladder import Ladder, Path
from autoencode.distributions.normal_mixture import NormalMixture
from autoencode.distributions.point_mass import Degenerate, PointMass
from autoencode.distributions.zuko_flows import flow, flows

__all__ = [
    "ContinuousBernoulli",
    "Degenerate",
    "DiscretizedLogistic",
    "Ladder",
    "NormalMixture",
    "Path",
    "PointMass",
    "flow",
    "flows",
    "kl",
    "kl_groups",
    "kl_per_dimension",
]
