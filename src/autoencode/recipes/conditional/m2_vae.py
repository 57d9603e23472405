"""The VAE that learns classes from a few labels."""

from collections.abc import Sequence

from pydantic import NonNegativeFloat, PositiveInt

from autoencode.encoders import Concat
from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Objective, SemiSupervised
from autoencode.posteriors import ClassAndNormalPosterior
from autoencode.priors import ClassAndNormalPrior
from autoencode.recipes.families import AUTOENCODER_SETTINGS, LikelihoodName
from autoencode.recipes.networks import NetworkName, networks
from autoencode.recipes.recipe import recipe


@recipe("m2-vae", settings=AUTOENCODER_SETTINGS.replace(epochs=20, min_steps=4000))
def m2_vae(
    data_shape: Sequence[int],
    *,
    n_classes: PositiveInt = 10,
    latent_dim: PositiveInt = 50,
    alpha: NonNegativeFloat = 10.0,
    likelihood: LikelihoodName = "bernoulli",
    network: NetworkName = "dense",
) -> tuple[Autoencoder, Objective]:
    """A semi-supervised VAE: learns to classify from a few labelled and many unlabelled examples (M2).

    Train it with --n-labels 100, say. A code is a class and a style that is independent of it. Differs from the paper:
    2 layers of 256 ReLU on each side in place of 500 softplus, Adam, images are not binarised at random, and every
    batch repeats 32 labelled examples.

    Args:
        data_shape: shape of one example.
        n_classes: number of classes; taken from the data by train.
        latent_dim: dimensions of the style.
        alpha: weight of the classification loss on labelled examples; a tenth of the number of examples in the paper.
        likelihood: distribution of an example given its code; see: autoencode list likelihoods.
        network: of the classifier, the encoder and the decoder, which decodes each example once for each class.

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
