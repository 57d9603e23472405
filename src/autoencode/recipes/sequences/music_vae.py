"""A VAE of short tunes."""

from collections.abc import Sequence

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveInt
from torch import nn

from autoencode.decoders import ConductorDecoder, DenseDecoder
from autoencode.encoders.tokens import TokenEncoder
from autoencode.likelihoods.tokens import TokenLikelihood
from autoencode.model import Autoencoder
from autoencode.nn.dense import relu
from autoencode.objectives import Elbo, Objective, Warmup
from autoencode.recipes.families import vae
from autoencode.recipes.networks import Networks
from autoencode.recipes.parameters import Share
from autoencode.recipes.recipe import recipe
from autoencode.settings import Settings


@recipe(
    "music-vae",
    settings=Settings(
        epochs=10,
        min_steps=3000,
        max_steps=6000,
        batch_size=64,
        learning_rate=2e-3,
        schedule="linear",
        grad_clip=20.0,
        augment="transpose:6",
    ),
    default_for=["tunes", "made-tunes"],
)
def music_vae(
    data_shape: Sequence[int],
    *,
    n_tokens: NonNegativeInt = 0,
    latent_dim: PositiveInt = 96,
    embedding: PositiveInt = 64,
    hidden: PositiveInt = 256,
    plan: PositiveInt = 48,
    conductor: NonNegativeInt = 0,
    dropout: Share = 0.0,
    beta: NonNegativeFloat = 0.01,
    warmup_steps: NonNegativeInt = 1000,
) -> tuple[Autoencoder, Objective]:
    """A VAE of tunes of one voice, two bars each; the default for such tunes.

    One GRU reads a tune in both directions. Its code becomes a plan, some numbers for each step, and another GRU
    writes the tune: at each step it reads the plan and the note before. The KL weighs less than in the bound, so
    that a tune comes back from its code; in training tunes are moved up or down at random.

    Args:
        data_shape: (length,) of a row of tokens, with room for the end.
        n_tokens: of the notes, which the data bring.
        latent_dim: dimensions of the latent code.
        embedding: numbers that stand for a token.
        hidden: units of the GRU that writes; the one that reads has half as many in each direction.
        plan: numbers of the plan for each step.
        conductor: steps that one state of a further GRU plans, such as those of a bar; 0 plans all steps at once.
        dropout: share of the numbers of an embedding, and of what is written, that are set to 0 in training.
        beta: weight of the KL term; 1 gives the evidence lower bound.
        warmup_steps: training steps over which the weight of the KL term rises from 0.

    Raises:
        ArgumentError: the data are no rows of tokens.

    References:
        Roberts, Engel, Raffel, Hawthorne and Eck, "A hierarchical latent vector model for learning long-term structure
        in music", ICML 2018: their flat model of two bars. The plan for each step is ours.
    """
    likelihood = TokenLikelihood(
        data_shape, n_tokens, features=plan, embedding=embedding, hidden=hidden, dropout=dropout, placed=True
    )
    encoder = TokenEncoder(
        data_shape, n_tokens, embedding=embedding, hidden=max(1, hidden // 2), dropout=dropout, ends=True
    )

    def planner(latent: int, shape: Sequence[int]) -> nn.Module:
        units = hidden + hidden // 2
        if conductor:
            return ConductorDecoder(latent, units, conductor, shape)
        return DenseDecoder(latent, [units], shape, relu)

    networks = Networks(encoder, encoder.out_features, planner)
    return vae(networks, likelihood, latent_dim), Elbo(Warmup(warmup_steps, beta))
