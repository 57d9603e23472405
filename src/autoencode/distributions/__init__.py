"""Distributions that PyTorch lacks or computes inaccurately, and divergences between any two.

kl, mmd, kernels by distance         divergences
point_mass, quantised                deterministic codes, and codewords
normal_mixture, zuko_flows, pushforward, ladder    flexible densities of codes
attribute_mixtures                   a block of the code for each attribute
hypersphere, interior, relaxed, class_and_normal   codes on a sphere, in an interval, discrete
discretized_logistic, continuous_bernoulli, stretched_beta, rescaled_counts    values of images
pixel_classes                        masks: one class for each pixel
features_and_normal                  features of each pixel, and a code of the whole picture
detached, factors, tempered          the same distribution without gradients, by dimension, at a temperature
"""

from autoencode.distributions.attribute_mixtures import AttributeMixtures, kl_by_knowledge, with_known_values
from autoencode.distributions.class_and_normal import ClassAndNormal, kl_per_class
from autoencode.distributions.continuous_bernoulli import ContinuousBernoulli
from autoencode.distributions.detached import detached
from autoencode.distributions.discretized_logistic import DiscretizedLogistic
from autoencode.distributions.factors import factors
from autoencode.distributions.features_and_normal import FeaturesAndNormal
from autoencode.distributions.hypersphere import HypersphericalUniform, PowerSpherical
from autoencode.distributions.interior import InteriorBeta, InteriorDirichlet, InteriorGamma
from autoencode.distributions.kl import kl, kl_full_diagonal, kl_groups, kl_per_dimension
from autoencode.distributions.ladder import Ladder, LadderPath
from autoencode.distributions.mmd import InverseMultiquadric, Kernel, RadialBasis, mmd
from autoencode.distributions.normal_mixture import NormalMixture
from autoencode.distributions.pixel_classes import PixelClasses
from autoencode.distributions.point_mass import Degenerate, PointMass, SparsePointMass
from autoencode.distributions.pushforward import Pushforward
from autoencode.distributions.quantised import Codewords, Quantised
from autoencode.distributions.relaxed import OneHotCode, RelaxedBernoulliCode
from autoencode.distributions.tempered import tempered
from autoencode.distributions.zuko_flows import flow, flows

__all__ = [
    "AttributeMixtures",
    "ClassAndNormal",
    "Codewords",
    "ContinuousBernoulli",
    "Degenerate",
    "DiscretizedLogistic",
    "FeaturesAndNormal",
    "HypersphericalUniform",
    "InteriorBeta",
    "InteriorDirichlet",
    "InteriorGamma",
    "InverseMultiquadric",
    "Kernel",
    "Ladder",
    "NormalMixture",
    "OneHotCode",
    "LadderPath",
    "PixelClasses",
    "PointMass",
    "PowerSpherical",
    "Pushforward",
    "Quantised",
    "RadialBasis",
    "RelaxedBernoulliCode",
    "SparsePointMass",
    "detached",
    "factors",
    "flow",
    "flows",
    "kl",
    "kl_by_knowledge",
    "kl_full_diagonal",
    "kl_groups",
    "kl_per_class",
    "kl_per_dimension",
    "mmd",
    "tempered",
    "with_known_values",
]
