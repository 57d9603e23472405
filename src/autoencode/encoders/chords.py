"""An encoder of sequences of chords."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from autoencode.distributions.chord_sequences import step_counts
from autoencode.nn.packed_gru import packed_gru


class ChordEncoder(nn.Module):
    """Reads a piece backwards: at each step, what is there and what comes after it.

    Steps past the end of a piece are not read. The last feature of each step says whether the step is there.

    Args:
        data_shape: (steps, keys).
        hidden: units of the recurrent network.
        dropout: share of the keys' embeddings that are set to 0 in training.

    Example:
        >>> ChordEncoder((5, 3), hidden=8)(torch.zeros(2, 5, 3)).shape
        torch.Size([2, 5, 9])
    """

    def __init__(self, data_shape: Sequence[int], *, hidden: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.steps, self.out_features = data_shape[0], hidden + 1
        self.entry = nn.Sequential(nn.Linear(data_shape[1], hidden), nn.ReLU(), nn.Dropout(dropout))
        self.gru = nn.GRU(hidden, hidden, batch_first=True)

    def forward(self, x: Float[Tensor, "batch steps keys"]) -> Float[Tensor, "batch steps features"]:
        """(batch, steps, out_features)."""
        counts = step_counts(x)
        places = torch.arange(self.steps, device=x.device)
        backwards = (counts[:, None] - 1 - places).clamp_min(0)[..., None]  # the last step first
        read = self.entry(x.clamp_min(0).gather(1, backwards.expand_as(x)))
        packed = pack_padded_sequence(read, counts.cpu(), batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(packed_gru(self.gru, packed)[0], batch_first=True, total_length=self.steps)
        forward = states.gather(1, backwards.expand_as(states))
        return torch.cat([forward, (places < counts[:, None]).to(x.dtype)[..., None]], -1)
