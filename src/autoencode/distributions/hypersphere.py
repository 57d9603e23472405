"""Distributions over directions: points on the unit sphere."""

import math
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Dirichlet, Distribution, register_kl
from torch.nn import functional as F


class HypersphericalUniform(Distribution):
    """The same density everywhere on the unit sphere in `dims` dimensions.

    Args:
        centre: the sphere's centre, zeros (dims,); it says how many dimensions, of what type and where.

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
        """The centre, (dims,), which is no point of the sphere."""
        return self.centre

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draws, (*sample_shape, dims); there is nothing that gradients could reach."""
        shape = self._extended_shape(torch.Size(sample_shape))
        return F.normalize(torch.randn(shape, dtype=self.centre.dtype, device=self.centre.device), dim=-1)

    def log_prob(self, value: Float[Tensor, "*leading dims"]) -> Float[Tensor, "*leading"]:
        """Log density in nats with respect to the sphere's area."""
        return torch.full_like(value[..., 0], -log_area(self.event_shape[0]))

    def entropy(self) -> Tensor:
        """The logarithm of the sphere's area."""
        return self.centre.new_tensor(log_area(self.event_shape[0]))


class PowerSpherical(Distribution):
    """p(x) ∝ (1 + locᵀx)^κ on the unit sphere: draws without rejection, and everything in closed form.

        t = locᵀx,  (1 + t)/2 ~ Beta(d/2 − ½ + κ, d/2 − ½);  the rest of x is uniform round `loc`

    Args:
        loc: the mean direction, unit vectors (*batch_shape, dims), two dimensions or more.
        concentration: κ, 0 or more, (*batch_shape,); 0 is the uniform distribution.

    References:
        De Cao and Aziz, "The power spherical distribution", 2020: definition 2 and theorems 12, 13, 15 and 17
        (equations 6, 33, 48, 62 and 72), algorithm 1. There one reflection takes the first axis to `loc`, which is
        undefined where the two are equal; here the reflection is the farther of ±loc, which never is.

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
        """The mean direction, a point of the sphere, as in PyTorch's `VonMises`; draws average to `centre_of_mass`."""
        return self.loc

    @property
    def centre_of_mass(self) -> Tensor:
        """E[x] = loc · κ / (κ + d − 1), inside the sphere."""
        kappa = self.concentration
        return self.loc * (kappa / (kappa + self.event_shape[0] - 1))[..., None]

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draws, (*sample_shape, *batch_shape, dims); gradients reach both parameters."""
        shape = self._extended_shape(torch.Size(sample_shape))
        # Both shares of the beta draw, since 1 − share loses the digits of a small one.
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
        """Log density in nats with respect to the sphere's area."""
        cosine = (self.loc * value).sum(-1).clamp_min(-1 + torch.finfo(value.dtype).eps)
        return self.concentration * cosine.log1p() - self._log_normaliser().to(value.dtype)

    def entropy(self) -> Float[Tensor, "*batch"]:
        """In nats."""
        kappa = self.concentration.double()
        near, far = self._beta_concentrations(kappa)
        expected = math.log(2) + torch.digamma(near) - torch.digamma(near + far)  # E[log(1 + t)]
        return (self._log_normaliser() - kappa * expected).to(self.concentration.dtype)

    def _beta_concentrations(self, kappa: Tensor) -> tuple[Tensor, Tensor]:
        """The beta distribution's concentrations."""
        half = (self.event_shape[0] - 1) / 2
        return kappa + half, torch.full_like(kappa, half)

    def _log_normaliser(self) -> Tensor:
        """In float64, as it is a small difference of large numbers."""
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
    """`y`, moved by a rotation or reflection that takes the first axis to `loc`."""
    # Reflections take the axis to −loc where loc is on its side, and the sign is then changed: the mirror's normal
    # axis ∓ loc has a squared length of 2 or more, whatever loc is.
    sign = torch.where(loc[..., :1] > 0, -torch.ones_like(loc[..., :1]), torch.ones_like(loc[..., :1]))
    axis = F.one_hot(torch.zeros((), dtype=torch.int64, device=loc.device), loc.shape[-1]).to(loc.dtype)
    normal = axis - sign * loc
    along = (y * normal).sum(-1, keepdim=True) / normal.square().sum(-1, keepdim=True)
    return sign * (y - 2 * along * normal)
