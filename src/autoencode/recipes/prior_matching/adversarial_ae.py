"""The autoencoder whose codes a critic cannot tell from the prior's draws."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import AdversarialPrior, Objective, Reconstruction
from autoencode.posteriors import DiagonalNormalPosterior, PointMassPosterior
from autoencode.recipes.critics import code_critic, code_priors
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe("adversarial-ae", settings=Settings(epochs=15, min_steps=2000, schedule="linear", grad_clip=200.0))
def adversarial_ae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 8,
    prior: Annotated[str, code_priors] = "normal",
    weight: float = 10.0,
    stochastic: bool = False,
    critic_hidden: int = 256,
    critic_learning_rate: float = 1e-3,
    penalty: float = 1.0,
    network: Annotated[str, networks] = "auto",
) -> tuple[Autoencoder, Objective]:
    """An adversarial autoencoder: a critic makes the codes look like draws from any prior (AAE, WAE-GAN).

    loss = squared error − λ log D(z): WAE-GAN, whose authors also add log p(z) to the critic. The paper of 2016 has no
    λ, and takes turns: a step for the reconstruction, one for the critic, one against it; here all are taken at once.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in a code.
        prior: normal, cube, sphere or ring (ten normals on a circle).
        weight: λ, of what the critic says against the squared error.
        stochastic: draws codes from a normal posterior, in place of points.
        critic_hidden: units of each of the critic's three layers.
        critic_learning_rate: highest learning rate of the critic.
        penalty: weight of a gradient penalty, which steadies the critic; 0 in the papers.
        network: of encoder and decoder; see: autoencode list networks.

    References:
        Makhzani et al., "Adversarial autoencoders", 2016, section 2; Tolstikhin et al., "WAE", ICLR 2018, algorithm 1.
    """
    nets, p_x = networks[network](data_shape), NormalLikelihood(data_shape, FixedScale(0.5**0.5))
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=(DiagonalNormalPosterior if stochastic else PointMassPosterior)(nets.features, latent_dim),
        prior=code_priors[prior](latent_dim),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    match = AdversarialPrior(code_critic(latent_dim, 3, critic_hidden), critic_learning_rate, penalty)
    return model, Reconstruction() + weight * match
