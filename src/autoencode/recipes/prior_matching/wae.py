"""The Wasserstein autoencoder."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.distributions import InverseMultiquadric
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import Mmd, Objective, Reconstruction
from autoencode.posteriors import DiagonalNormalPosterior, PointMassPosterior
from autoencode.priors import StandardNormalPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "wae",
    settings=Settings(epochs=15, min_steps=2000, batch_size=128, optimizer="adam", schedule="linear", grad_clip=200.0),
)
def wae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 8,
    mmd_weight: float = 100.0,
    stochastic: bool = False,
    network: Annotated[str, networks] = "auto",
) -> tuple[Autoencoder, Objective]:
    """A Wasserstein autoencoder: codes are points, and all together look like the prior's draws (WAE-MMD).

    loss = squared error + λ MMD. The normal likelihood of variance 1/2 makes nll the squared error plus a constant.
    There is a prior to draw from and, where codes are points, no KL, elbo or likelihood. The paper has λ = 10 and one
    kernel of C = 2 latent_dim; here λ = 100, and the kernel is the mean over the seven multiples of C whose sum the
    authors' code takes: samples are then as good as reconstructions. The paper's networks are larger.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in a code.
        mmd_weight: λ, the weight of the MMD.
        stochastic: draws codes from a normal posterior, in place of points.
        network: of encoder and decoder; see: autoencode list networks.

    References:
        Tolstikhin et al., "Wasserstein auto-encoders", ICLR 2018, equation 4, algorithm 2 and section 4.
    """
    nets, p_x = networks[network](data_shape), NormalLikelihood(data_shape, FixedScale(0.5**0.5))
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=(DiagonalNormalPosterior if stochastic else PointMassPosterior)(nets.features, latent_dim),
        prior=StandardNormalPrior(latent_dim),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    kernel = InverseMultiquadric(2.0 * latent_dim, (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0))
    return model, Reconstruction() + mmd_weight * Mmd(kernel)
