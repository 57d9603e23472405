"""The exact oracle: probabilistic PCA with orthogonal loadings, assembled from the library's own parts.

Its posterior is a diagonal normal, so that log p(x, z) − log q(z|x) = log p(x) for every single z.
Tipping and Bishop, "Probabilistic principal component analysis", 1999.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.distributions import MultivariateNormal

from autoencode.decoders import DenseDecoder
from autoencode.encoders import DenseEncoder
from autoencode.likelihoods import FixedScale, Likelihood, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.posteriors import DiagonalNormalPosterior, Posterior
from autoencode.priors import StandardNormalPrior


@dataclass
class LinearGaussian:
    """x = loadings · z + loc + scale · noise."""

    loadings: Tensor
    loc: Tensor
    scale: float

    @property
    def marginal(self) -> MultivariateNormal:
        n = len(self.loc)
        return MultivariateNormal(self.loc, self.loadings @ self.loadings.T + self.scale**2 * torch.eye(n))

    @property
    def precision(self) -> Tensor:
        """Diagonal of WᵀW + σ²I."""
        return (self.loadings**2).sum(0) + self.scale**2

    def posterior_mean(self, x: Tensor) -> Tensor:
        return (x - self.loc) @ self.loadings / self.precision

    @property
    def posterior_scale(self) -> Tensor:
        return self.scale / self.precision.sqrt()


def linear_gaussian(n: int = 6, latent_dim: int = 3, scale: float = 0.5) -> LinearGaussian:
    """Random orthogonal loadings of different lengths."""
    directions = torch.linalg.qr(torch.randn(n, latent_dim)).Q
    return LinearGaussian(directions * torch.linspace(0.7, 2.0, latent_dim), torch.randn(n), scale)


def linear_model(
    likelihood: Likelihood, latent_dim: int, posterior: type[Posterior] = DiagonalNormalPosterior
) -> Autoencoder:
    """Linear encoder and decoder, each with one layer of fresh weights; the other layers stay the identity."""
    n = math.prod(likelihood.data_shape)
    model = Autoencoder(
        encoder=DenseEncoder(likelihood.data_shape, [n], nn.Identity),
        posterior=posterior(n, latent_dim),  # type: ignore[call-arg]
        prior=StandardNormalPrior(latent_dim),
        decoder=DenseDecoder(latent_dim, [latent_dim], likelihood.features_shape, nn.Identity),
        likelihood=likelihood,
    )
    _set(model.encoder.layers[0], torch.eye(n), torch.zeros(n))
    _set(model.decoder.layers[0], torch.eye(latent_dim), torch.zeros(latent_dim))
    for frozen in (model.encoder.layers[0], model.decoder.layers[0]):
        frozen.requires_grad_(False)
    return model


@torch.no_grad()
def exact_model(truth: LinearGaussian) -> Autoencoder:
    """The library's model with the oracle's likelihood and exact posterior."""
    n, latent_dim = truth.loadings.shape
    model = linear_model(NormalLikelihood((n,), FixedScale(truth.scale)), latent_dim)
    _set(model.decoder.layers[2], truth.loadings, truth.loc)
    weights = truth.loadings.T / truth.precision[:, None]
    # The posterior bends the logarithm of its scale by 10 tanh(· / 10); here that is undone.
    log_scale = 10 * torch.atanh(truth.posterior_scale.log() / 10)
    bias = torch.cat([-weights @ truth.loc, log_scale])
    _set(model.posterior.head, torch.cat([weights, torch.zeros_like(weights)]), bias)
    return model


@torch.no_grad()
def _set(layer: nn.Module, weight: Tensor, bias: Tensor) -> None:
    assert isinstance(layer, nn.Linear)
    layer.weight.copy_(weight)
    layer.bias.copy_(bias)
