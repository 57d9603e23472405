"""p(z): modules whose `forward` gives a distribution over codes."""

from autoencode.priors.flow import FlowPrior
from autoencode.priors.ladder import LadderPrior
from autoencode.priors.mixture import MixturePrior
from autoencode.priors.prior import Prior
from autoencode.priors.standard_normal import StandardNormalPrior
from autoencode.priors.vamp import VampPrior

__all__ = ["FlowPrior", "LadderPrior", "MixturePrior", "Prior", "StandardNormalPrior", "VampPrior"]
