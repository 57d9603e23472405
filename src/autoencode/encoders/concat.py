"""Two encoders of the same input."""

import torch
from torch import Tensor, nn


class Concat(nn.Module):
    """Two networks that share their input and whose features are concatenated: x → (first(x), second(x)).

    Args:
        first: (batch, ...) → (batch, features).
        second: alike.

    Example:
        >>> Concat(nn.Linear(3, 2), nn.Linear(3, 4))(torch.zeros(5, 3)).shape
        torch.Size([5, 6])
    """

    def __init__(self, first: nn.Module, second: nn.Module) -> None:
        super().__init__()
        self.first, self.second = first, second

    def forward(self, x: Tensor) -> Tensor:
        """The features of both."""
        return torch.cat([self.first(x), self.second(x)], -1)
