"""The likelihood behind the mean absolute error."""

from torch import Tensor
from torch.distributions import Laplace

from autoencode.likelihoods.likelihood import likelihoods
from autoencode.likelihoods.location_scale import LocationScaleLikelihood


@likelihoods.register("laplace")
class LaplaceLikelihood(LocationScaleLikelihood):
    """Independent Laplace densities, less moved by single wrong values than normals; features are medians."""

    power = 1

    def density(self, loc: Tensor, scale: Tensor) -> Laplace:
        """A Laplace density."""
        return Laplace(loc, scale, validate_args=False)
