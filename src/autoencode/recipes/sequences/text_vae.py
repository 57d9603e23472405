"""A VAE of sentences."""

from collections.abc import Sequence

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveInt
from torch import nn

from autoencode.encoders.tokens import TokenEncoder
from autoencode.likelihoods.tokens import TokenLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import AggressiveEncoder, Elbo, Objective, Warmup
from autoencode.recipes.families import vae
from autoencode.recipes.networks import Networks
from autoencode.recipes.parameters import Share
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "text-vae",
    settings=Settings(epochs=14, min_steps=2000, batch_size=32, learning_rate=2e-3, schedule="linear", grad_clip=20.0),
    default_for=["text", "made-sentences"],
)
def text_vae(
    data_shape: Sequence[int],
    *,
    n_tokens: NonNegativeInt = 0,
    latent_dim: PositiveInt = 32,
    embedding: PositiveInt = 128,
    hidden: PositiveInt = 256,
    dropout: Share = 0.25,
    word_dropout: Share = 0.0,
    beta: NonNegativeFloat = 1.0,
    free_bits: NonNegativeFloat = 0.1,
    warmup_steps: NonNegativeInt = 2000,
    aggressive_steps: NonNegativeInt = 0,
) -> tuple[Autoencoder, Objective]:
    """A VAE of lines of text: sentences as words, names as characters; the default for text.

    One GRU reads a line in both directions and the largest value of each unit over the line becomes the code. Another
    one writes it: it reads the word before and the code, at each word. Such a decoder can do without a code, so each
    latent dimension may use some nats at no cost (free bits), and the weight of the KL rises slowly.

    Args:
        data_shape: (length,) of a row of tokens, with room for the end.
        n_tokens: of the vocabulary, which the data bring.
        latent_dim: dimensions of the latent code.
        embedding: numbers that stand for a token.
        hidden: units of the GRU that writes; the one that reads has half as many in each direction.
        dropout: share of the numbers of an embedding, and of what is written, that are set to 0 in training.
        word_dropout: share of the words read while writing that are hidden in training, so that the code must help.
        beta: weight of the KL term; 1 gives the evidence lower bound.
        free_bits: nats that each latent dimension may use at no cost.
        warmup_steps: training steps over which the weight of the KL term rises from 0.
        aggressive_steps: training steps in which the decoder learns in one of ten alone, and the encoder in all.

    Raises:
        ArgumentError: the data are no rows of tokens.

    References:
        Bowman et al., "Generating sentences from a continuous space", CoNLL 2016; free bits: Kingma et al., "Improved
        variational inference with inverse autoregressive flow", NeurIPS 2016; the largest values: Long, Cao and Cheung,
        "Preventing posterior collapse in sequence VAEs with pooling", 2019; aggressive steps: He et al., "Lagging
        inference networks and posterior collapse in variational autoencoders", ICLR 2019.
    """
    likelihood = TokenLikelihood(
        data_shape,
        n_tokens,
        features=latent_dim,
        embedding=embedding,
        hidden=hidden,
        word_dropout=word_dropout,
        dropout=dropout,
    )
    encoder = TokenEncoder(data_shape, n_tokens, embedding=embedding, hidden=max(1, hidden // 2), dropout=dropout)
    networks = Networks(encoder, encoder.out_features, lambda latent, shape: nn.Identity())
    objective = Elbo(Warmup(warmup_steps, beta), free_bits=free_bits)
    model = vae(networks, likelihood, latent_dim)
    return model, AggressiveEncoder(objective, aggressive_steps) if aggressive_steps else objective
