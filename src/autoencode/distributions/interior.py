"""Beta, gamma and Dirichlet distributions for training: draws inside the support, accurate densities."""

from typing import Any

import torch
from torch import Tensor
from torch.distributions import Beta, Dirichlet, Gamma, kl_divergence, register_kl


class InteriorBeta(Beta):
    """A beta distribution whose draws are never 0 or 1, with densities and divergences computed in float64.

    A draw that rounds to 0 or 1, where the density may be infinite, is moved to the nearest number inside, by less than
    1e-7 in float32. Densities are differences of large log-gamma functions: in float32, the error at a concentration of
    10,000 would be 0.01 nats and more.

    References:
        Figurnov, Mohamed and Mnih, "Implicit reparameterization gradients", NeurIPS 2018, section 3; as PyTorch
        computes them: Jankowiak and Obermeyer, "Pathwise derivatives beyond the reparameterization trick", ICML 2018.
    """

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draws in the open interval (0, 1), (*sample_shape, *batch_shape)."""
        z = super().rsample(torch.Size(sample_shape))
        limits = torch.finfo(z.dtype)
        return z.clamp(limits.tiny, 1 - limits.eps / 2)

    def log_prob(self, value: Tensor) -> Tensor:
        """Log density in nats."""
        return _to_float64(self).log_prob(value.double()).to(value.dtype)


class InteriorGamma(Gamma):
    """A gamma distribution whose draws are never 0, with densities and divergences computed in float64."""

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draws above 0, (*sample_shape, *batch_shape)."""
        z = super().rsample(torch.Size(sample_shape))
        return z.clamp_min(torch.finfo(z.dtype).tiny)

    def log_prob(self, value: Tensor) -> Tensor:
        """Log density in nats."""
        return _to_float64(self).log_prob(value.double()).to(value.dtype)


class InteriorDirichlet(Dirichlet):
    """A Dirichlet distribution whose draws have no component of 0, with densities and divergences in float64."""

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draws above 0 that sum to 1, (*sample_shape, *batch_shape, k)."""
        z = super().rsample(torch.Size(sample_shape))
        return z.clamp_min(torch.finfo(z.dtype).tiny)

    def log_prob(self, value: Tensor) -> Tensor:
        """Log density in nats, with respect to all components but the last."""
        return _to_float64(self).log_prob(value.double()).to(value.dtype)


def _to_float64(d: Beta | Gamma | Dirichlet) -> Beta | Gamma | Dirichlet:
    """PyTorch's own distribution with the same parameters in float64."""
    if isinstance(d, Beta):
        return Beta(d.concentration1.double(), d.concentration0.double(), validate_args=False)
    if isinstance(d, Gamma):
        return Gamma(d.concentration.double(), d.rate.double(), validate_args=False)
    return Dirichlet(d.concentration.double(), validate_args=False)


@register_kl(InteriorBeta, Beta)
def _kl_beta(q: InteriorBeta, p: Beta) -> Tensor:
    return kl_divergence(_to_float64(q), _to_float64(p)).to(q.concentration1.dtype)


@register_kl(InteriorGamma, Gamma)
def _kl_gamma(q: InteriorGamma, p: Gamma) -> Tensor:
    return kl_divergence(_to_float64(q), _to_float64(p)).to(q.rate.dtype)


@register_kl(InteriorDirichlet, Dirichlet)
def _kl_dirichlet(q: InteriorDirichlet, p: Dirichlet) -> Tensor:
    return kl_divergence(_to_float64(q), _to_float64(p)).to(q.concentration.dtype)
