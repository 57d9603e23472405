"""A moving average of the weights."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class ExponentialMovingAverage:
    """Exponential moving average of a model's weights, and of its buffers of real numbers.

    Running statistics and codebooks belong to the weights that they were computed with: copies of the newest ones would
    not fit averaged weights. Buffers of whole numbers, such as counters, are copied.

    In the first steps the decay is smaller, (1 + n) / (10 + n), so that the average forgets the initial weights.

    Args:
        model: the model whose weights are averaged.
        decay: weight of the past at each step; 0 for no averaging, where the average is the model itself.

    References:
        Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.model, self.decay = model, decay
        self.tensors = {name: value.detach().clone() for name, value in model.state_dict().items()} if decay else {}

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Adds the weights after training step `step`, counted from 0."""
        if not self.decay:
            return
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, value in self.model.state_dict().items():
            if value.is_floating_point():
                self.tensors[name].lerp_(value, 1 - decay)
            else:
                self.tensors[name].copy_(value)

    @contextmanager
    def applied(self) -> Generator[None]:
        """Gives the model the averaged weights inside the block, and its own after it."""
        if not self.decay:
            yield
            return
        own = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        self.model.load_state_dict(self.tensors)
        try:
            yield
        finally:
            self.model.load_state_dict(own)

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Restores the average from tensors that were saved."""
        for name, value in tensors.items():
            self.tensors[name].copy_(value)
