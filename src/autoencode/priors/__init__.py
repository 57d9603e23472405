"""p(z): modules whose `forward` gives a distribution over codes."""

from autoencode.priors.prior import Prior
from autoencode.priors.standard_normal import StandardNormalPrior

__all__ = ["Prior", "StandardNormalPrior"]
