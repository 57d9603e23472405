"""The VAE whose posterior is a normalizing flow."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.distributions import flows
from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import FlowPosterior
from autoencode.priors import StandardNormalPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "iaf-vae", settings=Settings(epochs=20, min_steps=3000, learning_rate=1e-3, optimizer="adam", schedule="linear")
)
def iaf_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 32,
    flow: Annotated[str, flows] = "iaf",
    transforms: int = 2,
    hidden: int = 128,
    warmup_steps: int = 0,
    likelihood: Annotated[str, likelihoods] = "bernoulli",
    network: Annotated[str, networks] = "auto",
) -> tuple[Autoencoder, Objective]:
    """The VAE with a flow posterior: an inverse autoregressive flow, or another one by name.

    The paper's steps are gated by sigmoids and its networks for pictures are residual ladders; here steps are affine,
    exp(a) u + b, on one layer of codes. The rate is estimated from the drawn codes.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in a code.
        flow: see: autoencode list flows; iaf, inverse-nsf and coupling draw fast, maf and nsf do not.
        transforms: steps of the flow.
        hidden: units of the two hidden layers of each step's network.
        warmup_steps: training steps over which the weight of the KL rises from 0.
        likelihood: what the pictures are compared by; see: autoencode list likelihoods.
        network: encoder and decoder; see: autoencode list networks.

    References:
        Kingma et al., "Improved variational inference with inverse autoregressive flow", NeurIPS 2016, equations 9 to
        11; the idea: Rezende and Mohamed, "Variational inference with normalizing flows", ICML 2015, equation 7.
    """
    p_x = likelihoods[likelihood](data_shape)
    nets = networks[network](data_shape)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=FlowPosterior(nets.features, latent_dim, flow, transforms, hidden),
        prior=StandardNormalPrior(latent_dim),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps))
