"""A decoder of long sequences, from segment to segment."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from autoencode.nn.dense import Linear


class ConductorDecoder(nn.Module):
    """A GRU from segment to segment, and one layer, shared by all, from its state to the features of a segment.

        z ─► linear ─► tanh ─► first state
        z ─► GRU ─► state of segment 1 ─► linear ─► features of places 1 … segment
              │
             GRU ─► state of segment 2 ─► linear ─► features of the places after them
              ⋮

    The number of weights does not depend on the length. The last segment is cut where the length is no multiple of it.

    Args:
        latent_dim: dimensions of the latent code.
        hidden: units of the GRU.
        segment: places that one state describes.
        features_shape: (length, features) of the likelihood's features, any length.

    References:
        Roberts, Engel, Raffel, Hawthorne and Eck, "A hierarchical latent vector model for learning long-term structure
        in music", ICML 2018, section 3.2. There the states of an LSTM of two layers, without an input, are the first
        states of the network that writes each segment; here the GRU reads the code at each segment, and the network
        that writes reads its features at each place and goes on from segment to segment.

    Example:
        >>> ConductorDecoder(2, 8, 16, (35, 4))(torch.zeros(5, 2)).shape
        torch.Size([5, 35, 4])
    """

    def __init__(self, latent_dim: int, hidden: int, segment: int, features_shape: Sequence[int]) -> None:
        super().__init__()
        self.length, features = features_shape
        self.n_segments = -(-self.length // segment)
        self.start = Linear(latent_dim, hidden)
        self.gru = nn.GRU(latent_dim, hidden)
        self.to_places = nn.Sequential(Linear(hidden, segment * features), nn.Unflatten(-1, (segment, features)))

    def forward(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch length features"]:
        """(batch, latent_dim) to (batch, *features_shape)."""
        state, states = self.start(z).tanh()[None], list[Tensor]()
        for _ in range(self.n_segments):  # one step at a time, which can be exported with each weight once
            _, state = self.gru(z[None], state)
            states.append(state[0])
        return self.to_places(torch.stack(states, 1)).flatten(1, 2).narrow(1, 0, self.length)
