"""Critics that compare codes, and the priors that an adversarial autoencoder can match."""

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import nn

from autoencode.nn import dense_stack
from autoencode.nn.dense import Linear
from autoencode.priors import BetaPrior, HypersphericalUniformPrior, MixturePrior, Prior, StandardNormalPrior
from autoencode.registry import Registry


def code_critic(latent_dim: int, layers: int, hidden: int) -> nn.Sequential:
    """Fully connected layers with LeakyReLU of slope 0.2, (batch, latent_dim) → (batch, 1) logits."""
    stack = dense_stack([latent_dim, *[hidden] * layers], partial(nn.LeakyReLU, 0.2))
    return nn.Sequential(*stack, Linear(hidden, 1))


code_priors: Registry[Callable[[int], Prior]] = Registry("prior of codes", "autoencode list code-priors")
"""Priors without parameters to learn, by name: a critic needs only draws from them."""


@code_priors.register("normal")
def normal(latent_dim: int) -> Prior:
    """A standard normal."""
    return StandardNormalPrior(latent_dim)


@code_priors.register("cube")
def cube(latent_dim: int) -> Prior:
    """Uniform between 0 and 1 in every dimension."""
    return BetaPrior(latent_dim)


@code_priors.register("sphere")
def sphere(latent_dim: int) -> Prior:
    """Uniform on the unit sphere."""
    return HypersphericalUniformPrior(latent_dim)


@code_priors.register("ring")
def ring(latent_dim: int) -> Prior:
    """Ten normals of scale 0.5 on a circle of radius 4 in the first two dimensions; standard normal in the others."""
    prior = MixturePrior(latent_dim, 10)
    prior.requires_grad_(requires_grad=False)
    angles = 2 * math.pi * torch.arange(10) / 10
    prior.loc.zero_()[:, :2] = 4 * torch.stack([angles.cos(), angles.sin()], -1)[:, :latent_dim]
    prior.log_scale[:, :2] = math.log(0.5)
    return prior
