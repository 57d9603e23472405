"""A decoder that looks at one step of a code at a time."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from autoencode.distributions.markov_chain import steps_of


class StepDecoder(nn.Module):
    """The same network for every step of a code; the last feature of a step says whether it is there.

    Args:
        dims: numbers of a step.
        hidden: units of its two hidden layers.
        out_features: of each step, without the last one.

    Example:
        >>> StepDecoder(4, hidden=8, out_features=88)(torch.ones(2, 5, 4)).shape
        torch.Size([2, 5, 89])
    """

    def __init__(self, dims: int, *, hidden: int, out_features: int) -> None:
        super().__init__()
        self.network = nn.Sequential(
            nn.Linear(dims, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, out_features)
        )

    def forward(self, z: Float[Tensor, "batch steps dims"]) -> Float[Tensor, "batch steps features"]:
        """(batch, steps, out_features + 1)."""
        present = steps_of(z)
        last = int(present.any(0).sum())
        read = nn.functional.pad(self.network(z[:, :last]), (0, 0, 0, z.shape[1] - last))
        return torch.cat([read, present.to(z.dtype)[..., None]], -1)
