"""The VAE whose prior is a mixture of its own posteriors."""

from collections.abc import Sequence

from pydantic import NonNegativeInt, PositiveInt
from torch import nn

from autoencode.data import modality_of
from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import VampPrior
from autoencode.recipes.families import BENCHMARK_SETTINGS, LikelihoodName
from autoencode.recipes.networks import dense_networks
from autoencode.recipes.recipe import recipe


@recipe("vamp-vae", settings=BENCHMARK_SETTINGS)
def vamp_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: PositiveInt = 40,
    hidden: PositiveInt = 300,
    n_components: PositiveInt = 500,
    likelihood: LikelihoodName = "bernoulli",
    warmup_steps: NonNegativeInt = 5000,
) -> tuple[Autoencoder, Objective]:
    """A VAE with a VampPrior, for high likelihoods: a mixture of the posteriors of learned pseudo-inputs.

    Gated layers, 300-300-40. The paper trains by Adam at 5e-4, at most 2,000 epochs with early stopping and 100 epochs
    of warm-up; here the learning rate decays linearly, weights are averaged and the warm-up is counted in steps.

    Few photographs are not its field: on 300 of them, after three minutes, its squared error is 1.4 times that of PCA
    (docs/own-pictures.md). For few pictures take pca-vae; take this one for likelihoods of small pictures; its layers
    see no neighbourhood.

    Args:
        data_shape: shape of one example.
        latent_dim: dimensions of the latent code.
        hidden: units of the two gated hidden layers on each side.
        n_components: pseudo-inputs, each of which is a component of the prior.
        likelihood: distribution of an example given its code; see: autoencode list likelihoods.
        warmup_steps: training steps over which the weight of the KL term rises from 0.

    References:
        Tomczak and Welling, "VAE with a VampPrior", AISTATS 2018, equation 9 and section 5.2.
    """
    nets, p_x = dense_networks(data_shape, [hidden, hidden], nn.GLU), likelihoods[likelihood](data_shape)
    posterior = DiagonalNormalPosterior(nets.features, latent_dim)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=posterior,
        prior=VampPrior(
            nets.encoder, posterior, latent_dim, data_shape, n_components, bounded=modality_of(data_shape).bounded
        ),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps))
