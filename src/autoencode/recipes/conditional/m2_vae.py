"""The VAE that learns classes from a few labels."""

from collections.abc import Sequence
from typing import Annotated

from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.nn import Concat
from autoencode.objectives import Objective, SemiSupervised
from autoencode.posteriors import ClassAndNormalPosterior
from autoencode.priors import ClassAndNormalPrior
from autoencode.recipes.networks import networks
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "m2-vae",
    settings=Settings(epochs=20, min_steps=4000, batch_size=128, learning_rate=1e-3, schedule="linear"),
)
def m2_vae(
    data_shape: Sequence[int],
    *,
    n_classes: int = 10,
    latent_dim: int = 50,
    alpha: float = 10.0,
    likelihood: Annotated[str, likelihoods] = "bernoulli",
    network: Annotated[str, networks] = "dense",
) -> tuple[Autoencoder, Objective]:
    """A VAE that learns to tell classes from a few labelled and many unlabelled examples (--n-labels 100; M2).

    A code is a class and a style that is free of it. Differs from the paper: 2 layers of 256 ReLU on each side in place
    of 500 softplus, Adam, no drawing of black-and-white pictures, and every batch repeats 32 labelled examples.

    Args:
        data_shape: of one example, any shape.
        n_classes: classes that there are; taken from the data.
        latent_dim: numbers in the style.
        alpha: weight of the classifier's own loss on the labelled examples; the paper has a tenth of the examples.
        likelihood: what the pictures are compared by; see: autoencode list likelihoods.
        network: of the classifier, and of encoder and decoder, which decodes each example once for each class.

    References:
        Kingma, Rezende, Mohamed and Welling, NeurIPS 2014, equations 6 to 9 (model M2).
    """
    p_x = likelihoods[likelihood](data_shape)
    nets, classifier = networks[network](data_shape), networks[network](data_shape)
    model = Autoencoder(
        encoder=Concat(classifier.encoder, nets.encoder),
        posterior=ClassAndNormalPosterior(classifier.features, nets.features, n_classes, latent_dim),
        prior=ClassAndNormalPrior(n_classes, latent_dim),
        decoder=nets.decoder(n_classes + latent_dim, p_x.features_shape),
        likelihood=p_x,
    )
    return model, SemiSupervised(alpha)
