"""Distributions on the unit sphere."""

import math
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Dirichlet, Distribution, register_kl
from torch.nn import functional as F


class HypersphericalUniform(Distribution):
    """The uniform distribution on the unit sphere in `dims` dimensions.

    Args:
        centre: the centre of the sphere, zeros (dims,); it determines dimension, dtype and device.

    Example:
        >>> HypersphericalUniform(torch.zeros(3)).log_prob(torch.tensor([0.0, 0.0, 1.0]))
        tensor(-2.5310)
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore  # torch declares it as a property
    has_rsample = True

    def __init__(self, centre: Float[Tensor, " dims"]) -> None:
        self.centre = centre
        super().__init__(torch.Size(), centre.shape, validate_args=False)

    @property
    def mean(self) -> Tensor:
        """The centre, (dims,), which is not on the sphere."""
        return self.centre

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draws, (*sample_shape, dims); there are no parameters."""
        shape = self._extended_shape(torch.Size(sample_shape))
        return F.normalize(torch.randn(shape, dtype=self.centre.dtype, device=self.centre.device), dim=-1)

    def log_prob(self, value: Float[Tensor, "*leading dims"]) -> Float[Tensor, "*leading"]:
        """Log density in nats with respect to the area of the sphere."""
        return torch.full_like(value[..., 0], -log_area(self.event_shape[0]))

    def entropy(self) -> Tensor:
        """The logarithm of the area of the sphere, in nats."""
        return self.centre.new_tensor(log_area(self.event_shape[0]))


class PowerSpherical(Distribution):
    """p(x) ∝ (1 + locᵀx)^κ on the unit sphere: sampling without rejection; density, entropy and KL in closed form.

        t = locᵀx,  (1 + t)/2 ~ Beta(d/2 − ½ + κ, d/2 − ½);  the component orthogonal to `loc` is uniform

    Args:
        loc: the mean direction, unit vectors (*batch_shape, dims), two dimensions or more.
        concentration: κ, 0 or more, (*batch_shape,); 0 is the uniform distribution.

    References:
        De Cao and Aziz, "The power spherical distribution", 2020: definition 2 and theorems 12, 13, 15 and 17
        (equations 6, 33, 48, 62 and 72), algorithm 1. There one reflection maps the first axis to `loc`, which is
        undefined if the two are equal; here it is to the more distant of ±loc, which is always defined.

    Example:
        >>> q = PowerSpherical(torch.tensor([[0.0, 1.0]]), torch.tensor([4.0]))
        >>> q.rsample((3,)).shape
        torch.Size([3, 1, 2])
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore  # torch declares it as a property
    has_rsample = True

    def __init__(self, loc: Float[Tensor, "*batch dims"], concentration: Float[Tensor, "*batch"]) -> None:
        self.loc, self.concentration = loc, concentration
        super().__init__(concentration.shape, loc.shape[-1:], validate_args=False)

    @property
    def mean(self) -> Tensor:
        """The mean direction, a point on the sphere, as in PyTorch's `VonMises`; E[x] is `centre_of_mass`."""
        return self.loc

    @property
    def centre_of_mass(self) -> Tensor:
        """E[x] = loc · κ / (κ + d − 1), inside the sphere."""
        kappa = self.concentration
        return self.loc * (kappa / (kappa + self.event_shape[0] - 1))[..., None]

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draws, (*sample_shape, *batch_shape, dims), with gradients for both parameters."""
        shape = self._extended_shape(torch.Size(sample_shape))
        # Both components of the beta draw, since 1 − share is inaccurate for a share near 1.
        both = Dirichlet(torch.stack(self._beta_concentrations(self.concentration), -1), validate_args=False)
        near, far = both.rsample(torch.Size(sample_shape)).clamp_min(torch.finfo(self.loc.dtype).tiny).unbind(-1)
        round_about = F.normalize(
            torch.randn((*shape[:-1], shape[-1] - 1), dtype=self.loc.dtype, device=self.loc.device), dim=-1
        )
        along = (near - far)[..., None]
        across = 2 * (near * far).sqrt()[..., None]  # √(1 − t²)
        return rotate_to(torch.cat([along, across * round_about], -1), self.loc)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """The same without gradients."""
        with torch.no_grad():
            return self.rsample(sample_shape)

    def log_prob(self, value: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Log density in nats with respect to the area of the sphere."""
        cosine = (self.loc * value).sum(-1).clamp_min(-1 + torch.finfo(value.dtype).eps)
        return self.concentration * cosine.log1p() - self._log_normaliser().to(value.dtype)

    def entropy(self) -> Float[Tensor, "*batch"]:
        """In nats."""
        kappa = self.concentration.double()
        near, far = self._beta_concentrations(kappa)
        expected = math.log(2) + torch.digamma(near) - torch.digamma(near + far)  # E[log(1 + t)]
        return (self._log_normaliser() - kappa * expected).to(self.concentration.dtype)

    def _beta_concentrations(self, kappa: Tensor) -> tuple[Tensor, Tensor]:
        """The concentrations of the beta distribution of (1 + t)/2."""
        half = (self.event_shape[0] - 1) / 2
        return kappa + half, torch.full_like(kappa, half)

    def _log_normaliser(self) -> Tensor:
        """Computed in float64, as it is a small difference of large numbers."""
        near, far = self._beta_concentrations(self.concentration.double())
        both = near + far
        return both * math.log(2) + far * math.log(math.pi) + torch.lgamma(near) - torch.lgamma(both)


@register_kl(PowerSpherical, HypersphericalUniform)
def _kl_to_uniform(q: PowerSpherical, p: HypersphericalUniform) -> Tensor:
    return p.entropy() - q.entropy()


def log_area(dims: int) -> float:
    """The logarithm of the area of the unit sphere in `dims` dimensions: log 2π for the circle."""
    return math.log(2) + dims / 2 * math.log(math.pi) - math.lgamma(dims / 2)


def rotate_to(y: Float[Tensor, "*leading dims"], loc: Float[Tensor, "*batch dims"]) -> Float[Tensor, "*leading dims"]:
    """`y`, transformed by a rotation or reflection that maps the first axis to `loc`."""
    # If loc is on the side of the axis, the reflection maps the axis to −loc and the sign is changed afterwards: the
    # normal vector axis ∓ loc of the reflection then has a squared norm of 2 or more.
    sign = torch.where(loc[..., :1] > 0, -torch.ones_like(loc[..., :1]), torch.ones_like(loc[..., :1]))
    axis = F.one_hot(torch.zeros((), dtype=torch.int64, device=loc.device), loc.shape[-1]).to(loc.dtype)
    normal = axis - sign * loc
    along = (y * normal).sum(-1, keepdim=True) / normal.square().sum(-1, keepdim=True)
    return sign * (y - 2 * along * normal)
