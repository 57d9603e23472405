"""The temperature of relaxed codes, which falls while the model is trained."""

import torch
from torch import Tensor, nn

from autoencode.errors import ArgumentError


class AnnealedTemperature(nn.Module):
    """A number that falls from `first` to `last` by the same factor at each of `steps` steps.

    It is kept with the weights: a resumed training goes on where it was.

    Args:
        first: at the beginning, above 0.
        last: at the end, not above `first`.
        steps: training steps from one to the other; 0 for `last` at once.

    Raises:
        ArgumentError: temperatures that are not above 0 or that rise, or fewer than 0 steps.

    References:
        Jang, Gu and Poole, "Categorical reparameterization with Gumbel-softmax", ICLR 2017, section 4.2: there
        τ = max(0.5, exp(−r t)), and a new τ every 500 or 1,000 steps; here at every step.
    """

    value: Tensor

    def __init__(self, first: float, last: float, steps: int) -> None:
        super().__init__()
        if not 0 < last <= first or steps < 0:
            raise ArgumentError(f"a temperature falls to a number above 0, not from {first} to {last} in {steps} steps")
        self.last, self.factor = last, (last / first) ** (1 / steps) if steps else 1.0
        self.register_buffer("value", torch.tensor(float(first if steps else last)))

    def forward(self) -> Tensor:
        """The temperature now, a copy: the next step does not change it."""
        return self.value.clone()

    @torch.no_grad()
    def step(self) -> None:
        """Lets it fall once."""
        self.value.mul_(self.factor).clamp_(min=self.last)
