"""The VAE whose prior is a normalizing flow."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.distributions import flows
from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import FlowPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "flow-prior-vae",
    settings=Settings(epochs=15, min_steps=2000, batch_size=128, optimizer="adam", schedule="linear", grad_clip=200.0),
)
def flow_prior_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 16,
    flow: Annotated[str, flows] = "nsf",
    transforms: int = 3,
    network: Annotated[str, networks] = "auto",
    likelihood: Annotated[str, likelihoods] = "bernoulli",
    beta: float = 1.0,
    warmup_steps: int = 1000,
) -> tuple[Autoencoder, Objective]:
    """A VAE whose prior is a normalizing flow, learned beside it.

    The paper's prior is an inverse of the autoregressive flow of the posterior, and its decoder autoregressive; here it
    is a neural spline flow and the decoder is a plain one.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in a code.
        flow: the kind of flow; see: autoencode list flows.
        transforms: how many are composed.
        network: of encoder and decoder; see: autoencode list networks.
        likelihood: what the examples are compared by; see: autoencode list likelihoods.
        beta: weight of the KL; 1 is the evidence lower bound.
        warmup_steps: training steps over which the weight of the KL rises from 0.

    References:
        Chen et al., "Variational lossy autoencoder", ICLR 2017, section 3.2 and equation 13.
    """
    nets, p_x = networks[network](data_shape), likelihoods[likelihood](data_shape)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=DiagonalNormalPosterior(nets.features, latent_dim),
        prior=FlowPrior(latent_dim, flow, transforms),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps, beta))
