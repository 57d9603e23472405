"""The VAE whose latent dimensions may not tell of each other."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import (
    DecomposedElbo,
    Objective,
    minibatch_stratified_sampling,
    minibatch_weighted_sampling,
)
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import StandardNormalPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "beta-tc-vae",
    settings=Settings(epochs=15, min_steps=2000, batch_size=128, optimizer="adam", schedule="linear", grad_clip=200.0),
)
def beta_tc_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 10,
    beta: float = 6.0,
    n_examples: int = 60_000,
    weighted_sampling: bool = False,
    network: Annotated[str, networks] = "auto",
    likelihood: Annotated[str, likelihoods] = "bernoulli",
) -> tuple[Autoencoder, Objective]:
    """A VAE whose KL is taken apart, and of which the total correlation weighs β (β-TC-VAE).

    What dimensions tell of each other is made expensive; what they tell of the example stays at its price, so that
    reconstructions suffer less than a β-VAE's. The paper's runs estimate q(z) by weighted sampling; here it is its
    stratified one, which is unbiased.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in a code.
        beta: weight of the total correlation; 1 is the evidence lower bound.
        n_examples: N, in the data that is trained on; taken from the data by train.
        weighted_sampling: estimates q(z) as the paper's runs do, by minibatch-weighted sampling.
        network: of encoder and decoder; see: autoencode list networks.
        likelihood: what the examples are compared by; see: autoencode list likelihoods.

    References:
        Chen et al., "Isolating sources of disentanglement in VAEs", NeurIPS 2018, equation 4, appendix C.
    """
    nets, p_x = networks[network](data_shape), likelihoods[likelihood](data_shape)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=DiagonalNormalPosterior(nets.features, latent_dim),
        prior=StandardNormalPrior(latent_dim),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, DecomposedElbo(
        n_examples,
        beta=beta,
        sampling=minibatch_weighted_sampling if weighted_sampling else minibatch_stratified_sampling,
    )
