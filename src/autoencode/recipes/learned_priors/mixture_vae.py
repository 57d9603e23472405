"""The VAE that finds clusters: its prior is a mixture of normals."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import MixturePrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe("mixture-vae", settings=Settings(epochs=20, min_steps=8000, schedule="linear"))
def mixture_vae(
    data_shape: Sequence[int],
    *,
    latent_dim: int = 10,
    n_components: int = 10,
    diagonal_covariance: bool = False,
    fit_step: int = 3000,
    network: Annotated[str, networks] = "dense",
    likelihood: Annotated[str, likelihoods] = "bernoulli",
    beta: float = 1.0,
    warmup_steps: int = 1500,
) -> tuple[Autoencoder, Objective]:
    """A VAE whose prior is a mixture of normals, so that codes fall into clusters (as VaDE and GMVAE).

    VaDE starts from a stacked denoising autoencoder and has diagonal covariances; here the first steps are a VAE's with
    one normal, and covariances are full. VaDE's bound, with p(c|z) for q(c|x), is this one: the cluster is summed out.

    Args:
        data_shape: of one example, any shape.
        latent_dim: numbers in a code.
        n_components: clusters to be found.
        diagonal_covariance: diagonal covariances, as in the paper.
        fit_step: the step at which clusters are fitted to the codes (a shorter training finds none); 0: never.
        network: of encoder and decoder; see: autoencode list networks.
        likelihood: what the examples are compared by; see: autoencode list likelihoods.
        beta: weight of the KL; 1 is the evidence lower bound.
        warmup_steps: training steps over which the weight of the KL rises from 0.

    References:
        Jiang et al., "Variational deep embedding", IJCAI 2017, equations 8 and 16; Dilokthanakul et al., "Deep
        unsupervised clustering with Gaussian mixture variational autoencoders", 2016, section 3.
    """
    nets, p_x = networks[network](data_shape), likelihoods[likelihood](data_shape)
    model = Autoencoder(
        encoder=nets.encoder,
        posterior=DiagonalNormalPosterior(nets.features, latent_dim),
        prior=MixturePrior(latent_dim, n_components, full=not diagonal_covariance, fit_step=fit_step),
        decoder=nets.decoder(latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, Elbo(beta=Warmup(warmup_steps, beta))
