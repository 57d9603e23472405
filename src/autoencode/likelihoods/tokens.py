"""A likelihood of sequences of tokens, which reads what it has written."""

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from autoencode.distributions.token_sequences import TokenSequences
from autoencode.errors import ArgumentError, DataError
from autoencode.likelihoods.likelihood import Likelihood, LogProbKind, check_finite
from autoencode.nn.dense import Linear
from autoencode.nn.packed_gru import packed_gru


class TokenLikelihood(Likelihood):
    """p(x|z) = ∏ p(token | tokens before it, z), by a recurrent network that also sees the decoder's features.

    Args:
        data_shape: (length,) of a row, with room for the token that ends it.
        n_tokens: of the vocabulary, the end and the unknown token included.
        features: numbers that the decoder gives.
        embedding: numbers that stand for a token, as it is read and as it is written.
        hidden: units of the recurrent network.
        word_dropout: share of the tokens read that are replaced by the unknown one, in training.
        dropout: share of the numbers of an embedding, and of what is written, that are set to 0 in training.
        placed: whether the decoder gives as many numbers for each place of a row.

    Raises:
        ArgumentError: the data are no rows of tokens, or a vocabulary without a token.

    References:
        Bowman et al., "Generating sentences from a continuous space", CoNLL 2016; tied embeddings: Press and Wolf,
        "Using the output embedding to improve language models", EACL 2017; features beside the state: Dieng et al.,
        "Avoiding latent variable collapse with generative skip models", AISTATS 2019.
    """

    def __init__(
        self,
        data_shape: Sequence[int],
        n_tokens: int,
        *,
        features: int = 32,
        embedding: int = 128,
        hidden: int = 256,
        word_dropout: float = 0.0,
        dropout: float = 0.0,
        placed: bool = False,
    ) -> None:
        super().__init__(data_shape)
        if len(self.data_shape) != 1 or self.data_shape[0] < 2:
            raise ArgumentError(
                f"a likelihood of tokens is for rows of two tokens or more, and these data have the shape {data_shape}"
            )
        if n_tokens < 3:
            raise ArgumentError(f"a vocabulary has the end, the unknown token and others: n_tokens is {n_tokens}")
        self.features_shape = (self.data_shape[0], features) if placed else (features,)
        self.word_dropout = word_dropout
        self.network = RecurrentTokenNetwork(n_tokens, features, embedding, hidden, dropout)

    def forward(self, features: Float[Tensor, "*leading features"]) -> TokenSequences:
        """Event shape `data_shape`."""
        dropout, placed = self.word_dropout if self.training else 0.0, len(self.features_shape) > 1
        return TokenSequences(features, self.network, self.data_shape[0], dropout, placed=placed)

    @property
    def is_sequential(self) -> bool:
        """It is drawn a token at a time."""
        return True

    @property
    def n_tokens(self) -> int:
        """Those of the vocabulary, the end and the unknown token included."""
        return self.network.embedding.num_embeddings

    @property
    def varies_in_work(self) -> bool:
        """It depends on the lengths of lines."""
        return True

    def check(self, x: Float[Tensor, "batch length"]) -> None:
        """Raises `DataError` unless all numbers are those of tokens."""
        check_finite(x)
        low, high = x.min().item(), x.max().item()
        if low < 0 or high >= self.n_tokens or bool((x != x.round()).any()):
            raise DataError(
                f"this model takes text, as the numbers 0 to {self.n_tokens - 1} of tokens, and these data have values "
                f"from {low:.4g} to {high:.4g}: give a .txt file"
            )

    def log_prob_kind(self, x: Float[Tensor, "batch length"]) -> LogProbKind:
        """A mass."""
        return LogProbKind.MASS


class RecurrentTokenNetwork(nn.Module):
    """See `autoencode.distributions.token_sequences.TokenNetwork`: a GRU, and embeddings that are read and written."""

    def __init__(self, n_tokens: int, features: int, embedding: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(n_tokens, embedding)
        nn.init.normal_(self.embedding.weight, std=embedding**-0.5)
        self.from_features = Linear(features, hidden)
        self.gru = nn.GRU(embedding + features, hidden, batch_first=True)
        self.to_embedding = Linear(hidden + features, embedding)
        self.bias = nn.Parameter(torch.zeros(n_tokens))
        self.dropout = nn.Dropout(dropout)

    def embed(self, tokens: Int64[Tensor, "*some"], features: Float[Tensor, "*some features"]) -> Tensor:
        """Tokens as numbers, beside the features."""
        return torch.cat([self.dropout(self.embedding(tokens)), features], -1)

    def start(self, features: Float[Tensor, "n features"]) -> Tensor:
        """The first state, (1, n, hidden)."""
        return self.from_features(features).tanh()[None]

    def read(self, inputs: Any, state: Tensor) -> tuple[Any, Tensor]:
        """The states after each input, and the last ones."""
        return packed_gru(self.gru, inputs, state) if isinstance(inputs, PackedSequence) else self.gru(inputs, state)

    def logits(self, read: Float[Tensor, "m hidden"], features: Float[Tensor, "m features"]) -> Tensor:
        """(m, tokens)."""
        written = self.to_embedding(torch.cat([self.dropout(read), features], -1))
        return nn.functional.linear(self.dropout(written), self.embedding.weight, self.bias)
