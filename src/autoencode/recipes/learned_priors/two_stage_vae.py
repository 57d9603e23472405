"""The VAE with a second VAE on its codes."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import NormalLikelihood, OptimalScale
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import StandardNormalPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "two-stage-vae",
    settings=Settings(epochs=10, min_steps=2000, batch_size=128, optimizer="adam", schedule="linear", grad_clip=1000.0),
    ex_post="two-stage",
)
def two_stage_vae(
    data_shape: Sequence[int], *, latent_dim: int = 16, network: Annotated[str, networks] = "auto"
) -> tuple[Autoencoder, Objective]:
    """A VAE with a normal likelihood of the best scale, and a second VAE that learns where its codes lie.

    With the scale free to shrink, reconstructions are sharp and codes fill the data's manifold, but not as the standard
    normal would have it; so after the training a VAE of the same code size is trained on draws from q(z|x), and new
    examples are drawn through both. The paper learns the scale by gradient and has 64 numbers in a code; here the scale
    is a running mean of its optimum.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in a code; more than the data has directions is no harm.
        network: of encoder and decoder; see: autoencode list networks.

    References:
        Dai and Wipf, "Diagnosing and enhancing VAE models", ICLR 2019, section 4 and equation 10 (the learned scale).
    """
    nets = networks[network](data_shape)
    p_x = NormalLikelihood(data_shape, OptimalScale())
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=DiagonalNormalPosterior(nets.features, latent_dim),
        prior=StandardNormalPrior(latent_dim),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, Elbo()
