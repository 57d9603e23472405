"""An encoder of sequences of tokens."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from autoencode.distributions.token_sequences import token_counts
from autoencode.nn.packed_gru import packed_gru


class TokenEncoder(nn.Module):
    """Reads a row of tokens in both directions, and keeps the largest value of each unit over its places.

    Padding is not read. The largest values, in place of the last ones, keep what stood far from the end.

    Args:
        data_shape: (length,) of a row.
        n_tokens: of the vocabulary.
        embedding: numbers that stand for a token.
        hidden: units of the recurrent network in each direction.
        dropout: share of the numbers of an embedding that are set to 0 in training.
        ends: whether the last state in each direction is given as well: what all of a row together says of its places.

    References:
        Long, Cao and Cheung, "Preventing posterior collapse in sequence VAEs with pooling", 2019.

    Example:
        >>> import torch
        >>> TokenEncoder((6,), 10, embedding=4, hidden=8)(torch.tensor([[5.0, 3, 0, 0, 0, 0]])).shape
        torch.Size([1, 16])
    """

    def __init__(
        self,
        data_shape: Sequence[int],
        n_tokens: int,
        *,
        embedding: int,
        hidden: int,
        dropout: float = 0.0,
        ends: bool = False,
    ) -> None:
        super().__init__()
        self.length, self.out_features, self.ends = data_shape[0], (4 if ends else 2) * hidden, ends
        self.embedding, self.dropout = nn.Embedding(n_tokens, embedding), nn.Dropout(dropout)
        nn.init.normal_(self.embedding.weight, std=embedding**-0.5)
        self.gru = nn.GRU(embedding, hidden, batch_first=True, bidirectional=True)

    def forward(self, x: Float[Tensor, "batch length"]) -> Float[Tensor, "batch features"]:
        """(batch, length) to (batch, out_features)."""
        tokens = x.long()
        counts = token_counts(tokens)
        rows = self.dropout(self.embedding(tokens[:, : int(counts.max())]))
        packed = pack_padded_sequence(rows, counts.cpu(), batch_first=True, enforce_sorted=False)
        packed, last = packed_gru(self.gru, packed)
        states, _ = pad_packed_sequence(packed, batch_first=True, padding_value=-2.0)
        largest = states.amax(1)  # states are between -1 and 1, so padding is never the largest
        return torch.cat([largest, *last], -1) if self.ends else largest
