"""A run's decoder as a program, which runs without PyTorch."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from autoencode.distributions.token_sequences import END
from autoencode.errors import CapabilityError
from autoencode.likelihoods.tokens import TokenLikelihood
from autoencode.model import Autoencoder
from autoencode.portable import Program, SequenceProgram, trace, trace_sequence
from autoencode.runs.run import Run
from autoencode.views.explorer import medium

_MAX_CONTEXTS = 12
"""Contexts, for a model conditioned on pictures."""


def export_decoder(run: Run) -> Program | SequenceProgram:
    """The decoder as a program for one code, with a variant for each context.

    Of pictures and sounds it gives the mean of the likelihood, as it is drawn; of text and tunes the tokens, one after
    the other.

    Raises:
        CapabilityError: as `explore` says.
    """
    _check(run)
    model = run.model.to("cpu")
    try:
        contexts = decoder_contexts(run)
        every = [None] if contexts is None else list(contexts.split(1))
        if isinstance(model.likelihood, TokenLikelihood):
            return token_program(model, model.likelihood, every)
        return trace(lambda z, context: run.modality.shown(model.decode(z, context).mean), _code(model), every)
    finally:
        model.to(run.device)


def token_program(
    model: Autoencoder, likelihood: TokenLikelihood, contexts: Sequence[Tensor | None] = (None,)
) -> SequenceProgram:
    """The decoder of a model of tokens.

    Args:
        model: on the processor.
        likelihood: its own.
        contexts: that the decoder can be conditioned on, one of these at a time.

    Raises:
        CapabilityError: an operation that the page has no kernel for.
    """
    network = likelihood.network

    def start(z: Tensor, context: Any) -> tuple[Tensor, Tensor]:
        features = model.decoder_features(z, context)
        return network.start(features if features.ndim == 2 else features[:, 0]), features

    def step(state: Tensor, features: Tensor, token: Tensor) -> tuple[Tensor, Tensor]:
        read, state = network.read(network.embed(token, features)[:, None], state)
        return state, network.logits(read[:, 0], features)

    return trace_sequence(start, step, _code(model), likelihood.data_shape[0], END, contexts)


def decoder_contexts(run: Run) -> Tensor | None:
    """The contexts of the decoder, one after the other: each class, or some pictures of the test part."""
    if not run.model.is_conditional:
        return None
    classes = run.folder.record.arguments.get("n_classes")
    return torch.arange(classes) if classes else run.contexts(min(_MAX_CONTEXTS, len(run.data.test)))


def _code(model: Autoencoder) -> Tensor:
    return torch.zeros(1, *model.latent_shape)


def _check(run: Run) -> None:
    medium(run.modality)  # refuses what the page cannot show
    if run.model.likelihood.is_sequential and not isinstance(run.model.likelihood, TokenLikelihood):
        raise CapabilityError(
            f"the decoder of {run.path} draws a picture a pixel at a time, which the page cannot: explore another "
            "recipe, such as conv-vae"
        )
    if len(run.model.latent_shape) != 1:
        shape = " × ".join(map(str, run.model.latent_shape))
        raise CapabilityError(
            f"the codes of {run.path} are grids ({shape}), which have no sliders and no map: explore a model whose "
            "codes are vectors, such as fashion-vae or pca-vae"
        )
