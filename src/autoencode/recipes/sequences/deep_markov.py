"""A deep Markov model of chords."""

from collections.abc import Callable, Sequence

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveInt
from torch import Tensor

from autoencode.decoders.steps import StepDecoder
from autoencode.distributions.chord_sequences import step_counts
from autoencode.encoders.chords import ChordEncoder
from autoencode.likelihoods.chords import ChordLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.posteriors.structured import StructuredPosterior
from autoencode.priors.markov import MarkovPrior
from autoencode.recipes.parameters import Share
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings

_START = 0.2
"""The share of the weight of the KL term that its rise begins with: with none, codes of steps say too much at first."""


@recipe(
    "deep-markov",
    settings=Settings(
        epochs=20,
        min_steps=8000,
        batch_size=16,
        optimizer="adam-99",
        learning_rate=2e-3,
        schedule="linear",
        grad_clip=50.0,
        augment="transpose:6,excerpt:96",
    ),
    default_for=["chords"],
)
def deep_markov(
    data_shape: Sequence[int],
    *,
    latent_dim: PositiveInt = 64,
    hidden: PositiveInt = 192,
    emission: PositiveInt = 128,
    transition: PositiveInt = 128,
    dropout: Share = 0.1,
    beta: NonNegativeFloat = 1.0,
    warmup_steps: NonNegativeInt = 1500,
) -> tuple[Autoencoder, Objective]:
    """A state-space model of music in chords, each step with a code of its own; the default for pieces of many voices.

    The code of a step depends on the one before it, and the keys that sound on the code of their step alone. The
    posterior reads a piece from its end, and takes in the code before: what it says of a step is right given both. In
    training pieces are moved up or down, and cut to a part, at random.

    Args:
        data_shape: (steps, keys) of the longest piece.
        latent_dim: numbers in the code of a step.
        hidden: units of the GRU that reads, and of what combines it with the code before.
        emission: units of the two layers from a code to the keys.
        transition: units of the gate and of the guess from a code to the next one.
        dropout: share of the numbers of what is read that are set to 0 in training.
        beta: weight of the KL term; 1 gives the evidence lower bound.
        warmup_steps: training steps over which the weight of the KL term rises from a fifth of beta.

    Raises:
        ArgumentError: the data are no sequences of chords.

    References:
        Krishnan, Shalit and Sontag, "Structured inference networks for nonlinear state space models", AAAI 2017; the
        guess is that of their gated transition function, and the posterior their DKS.
    """
    likelihood = ChordLikelihood(data_shape)
    steps, keys = likelihood.data_shape
    encoder = ChordEncoder(data_shape, hidden=hidden, dropout=dropout)
    prior = MarkovPrior(steps, latent_dim, hidden=transition)
    model = Autoencoder(
        encoder=encoder,
        posterior=StructuredPosterior(steps, latent_dim, features=encoder.out_features),
        prior=prior,
        decoder=StepDecoder(latent_dim, hidden=emission, out_features=keys),
        likelihood=likelihood,
        initialise=_count_lengths(prior),
    )
    return model, Elbo(Warmup(warmup_steps, beta, start=_START))


def _count_lengths(prior: MarkovPrior) -> Callable[[Autoencoder, Tensor, Callable[[Tensor], Tensor]], None]:
    """What is drawn is as long as the pieces of the training part."""
    return lambda model, examples, augment: prior.count_lengths(step_counts(examples))
