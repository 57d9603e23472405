"""The default for folders of pictures: PCA, and a convolutional network that improves on it."""

from collections.abc import Callable, Sequence
from typing import Annotated, cast

import torch
from pydantic import Field, NonNegativeFloat, PositiveInt
from torch import Tensor

from autoencode.decoders import LinearPathDecoder, ResidualDecoder
from autoencode.encoders import LinearPathEncoder
from autoencode.likelihoods import likelihoods
from autoencode.likelihoods.location_scale import LocationScaleLikelihood
from autoencode.likelihoods.scale import BoundedOptimalScale, OptimalScale
from autoencode.model import Autoencoder
from autoencode.nn.dense import Linear
from autoencode.nn.principal_components import PrincipalComponents, principal_components
from autoencode.objectives import Elbo, Objective
from autoencode.recipes.families import LikelihoodName, vae
from autoencode.recipes.networks import residual_networks, with_linear_path
from autoencode.recipes.parameters import Widths
from autoencode.recipes.recipe import recipe, require_image
from autoencode.settings import Settings

_SETTINGS = Settings(
    epochs=100,
    min_steps=1600,
    max_steps=3000,
    batch_size=32,
    augment="auto",
    learning_rate=1e-3,
    schedule="linear",
    ema_decay=0.998,
    grad_clip=1000.0,
)

_FOLDS, _BOUND = 4, 0.8
"""Of the cross-validation; the smallest variance of the likelihood, as a share of the error found by it."""


@recipe("pca-vae", settings=_SETTINGS, default_for=["images"], ex_post="mixture")
def pca_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: PositiveInt = 32,
    channels: Widths = (16, 32, 64),
    hidden: PositiveInt = 256,
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.3,
    likelihood: LikelihoodName = "normal-optimal",
    beta: NonNegativeFloat = 1.0,
    free_bits: NonNegativeFloat = 0.0,
) -> tuple[Autoencoder, Objective]:
    """Begins as PCA, to which a convolutional VAE is added: the default for your own pictures, from 60 of them on.

    A linear encoder and decoder begin as probabilistic PCA of the training pictures; the outputs of residual
    convolutions are added to theirs, and begin at zero. So training starts where PCA ends, and pictures that are too
    few for a network still come out as well as by PCA. The scale of the likelihood is kept at its optimum (σ-VAE), but
    not below a bound from the error of PCA on pictures held out, so that it does not follow pictures that were learned
    by heart. With a likelihood whose features are no means, all weights begin at random.

    Args:
        data_shape: (channels, height, width), any size.
        latent_dim: dimensions of the latent code.
        channels: feature maps of each level.
        hidden: units of the dense layer before the code.
        dropout: share of these units that are set to 0 in training.
        likelihood: distribution of an image given its code; see: autoencode list likelihoods.
        beta: weight of the KL term; 1 gives the evidence lower bound.
        free_bits: nats that each latent dimension may use at no cost.

    Raises:
        ArgumentError: the data are not images.

    References:
        Tipping and Bishop, "Probabilistic principal component analysis", Journal of the Royal Statistical Society B 61,
        1999, equations 5 to 8 (the start); Rybkin, Daniilidis and Levine, "Simple and effective VAE training with
        calibrated decoders", ICML 2021, equation 6 (the scale).
    """
    require_image(data_shape, "pca-vae")
    networks = with_linear_path(residual_networks(data_shape, channels, hidden), data_shape, latent_dim, dropout)
    p_x = likelihoods[likelihood](data_shape)
    if isinstance(p_x, LocationScaleLikelihood) and isinstance(p_x.scale, OptimalScale):
        p_x.scale = BoundedOptimalScale()
    model = vae(networks, p_x, latent_dim, initialise=_initialise if isinstance(p_x, LocationScaleLikelihood) else None)
    return model, Elbo(beta=beta, free_bits=free_bits)


@torch.no_grad()
def _initialise(model: Autoencoder, examples: Tensor, augmented: Callable[[Tensor], Tensor]) -> None:
    """Probabilistic PCA in the linear path; what the networks add to it begins at zero."""
    encoder, decoder = cast("LinearPathEncoder", model.encoder), cast("LinearPathDecoder", model.decoder)
    if encoder.begun:  # the weights of an earlier run
        return
    found = principal_components(augmented(examples).flatten(1), model.latent_shape[0])
    _set_linear_path(encoder, decoder, found)
    _set_head(cast("Linear", model.posterior.head), found)
    last = cast("ResidualDecoder", decoder.network).layers[-1]
    for parameter in last.parameters():
        parameter.zero_()
    scale = cast("LocationScaleLikelihood", model.likelihood).scale
    if isinstance(scale, BoundedOptimalScale) and len(examples) >= _FOLDS:
        scale.lowest.copy_((_BOUND * _held_out_error(examples, augmented, model.latent_shape[0])) ** 0.5)
    encoder.begun.fill_(1)


def _held_out_error(examples: Tensor, augmented: Callable[[Tensor], Tensor], numbers: int) -> float:
    """Mean squared error of PCA on pictures that it was not fitted to, by cross-validation."""
    fold = torch.arange(len(examples)) % _FOLDS
    total = 0.0
    for number in range(_FOLDS):
        found = principal_components(augmented(examples[fold != number]).flatten(1), numbers)
        rest = examples[fold == number].flatten(1) - found.mean
        total += (rest - rest @ found.axes @ found.axes.T).double().square().sum().item()
    return total / examples.numel()


def _set_linear_path(encoder: LinearPathEncoder, decoder: LinearPathDecoder, found: PrincipalComponents) -> None:
    """The posterior mean given a picture, and back; both weights are the axes, in units in which entries are near 1."""
    values, numbers = found.axes.shape
    unit, spread = values**0.5, (found.variances - _noise(found)).clamp_min(1e-12).sqrt()
    for path in (encoder, decoder):
        path.mean.copy_(found.mean)
    encoder.weight[:numbers] = unit * found.axes.T
    encoder.scale[:numbers] = spread / (unit * found.variances)
    decoder.weight[:, :numbers] = unit * found.axes
    decoder.scale[:numbers] = spread / unit


def _set_head(head: Linear, found: PrincipalComponents) -> None:
    """Means are the linear codes; scales are those of the posterior, σ / √λ, through the bound that is set on them."""
    dims, numbers = head.out_features // 2, len(found.variances)
    head.weight.zero_()
    head.bias.zero_()
    head.weight[:dims, -dims:] = torch.eye(dims)
    log_scale = 0.5 * torch.log(_noise(found) / found.variances)
    head.bias[dims : dims + numbers] = 10 * torch.atanh((log_scale / 10).clamp(-0.99, 0.0))


def _noise(found: PrincipalComponents) -> float:
    """σ², the mean variance along the directions that are left out."""
    values, numbers = found.axes.shape
    return max(found.residual * values / max(1, values - numbers), 1e-8)
