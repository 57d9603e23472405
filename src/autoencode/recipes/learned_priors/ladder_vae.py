"""A VAE with several levels of latents."""

from collections.abc import Sequence

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveInt
from torch import nn

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import LadderPosterior
from autoencode.priors import LadderPrior
from autoencode.recipes.families import BENCHMARK_SETTINGS, LikelihoodName
from autoencode.recipes.networks import dense_networks
from autoencode.recipes.parameters import Widths
from autoencode.recipes.recipe import recipe


@recipe("ladder-vae", settings=BENCHMARK_SETTINGS)
def ladder_vae(
    data_shape: Sequence[int],
    *,
    levels: Widths = (8, 16, 32),
    hidden: PositiveInt = 300,
    likelihood: LikelihoodName = "bernoulli",
    warmup_steps: NonNegativeInt = 10_000,
    free_bits: NonNegativeFloat = 0.5,
) -> tuple[Autoencoder, Objective]:
    """A hierarchical VAE: three levels of latents, from coarse to fine, each conditioned on those above (ladder VAE).

    The paper has five levels, batch normalisation, and a posterior that adds precisions; here there are three levels
    and no normalisation, and the posterior corrects the prior's mean and scale (NVAE). The decoder reads all levels.

    Few photographs are not its field: on 300 of them, after three minutes, its squared error is 1.8 times that of PCA
    (docs/own-pictures.md). For few pictures take pca-vae; take this one for coarse and fine latents of many pictures.

    Args:
        data_shape: shape of one example.
        levels: dimensions of each level, top first.
        hidden: units of the hidden layers and of the state between levels.
        likelihood: distribution of an example given its code; see: autoencode list likelihoods.
        warmup_steps: training steps over which the weight of the KL term rises from 0.
        free_bits: nats that each level may use at no cost, which keeps the upper levels in use.

    References:
        Sønderby et al., "Ladder variational autoencoders", NeurIPS 2016, section 2; Vahdat and Kautz, "NVAE", NeurIPS
        2020, equation 2.
    """
    nets, p_x = dense_networks(data_shape, [hidden, hidden], nn.SiLU), likelihoods[likelihood](data_shape)
    prior = LadderPrior(levels, hidden)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=LadderPosterior(nets.features, levels, prior.levels, prior.start),
        prior=prior,
        decoder=nets.decoder(sum(levels), p_x.features_shape),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps), free_bits=free_bits)
