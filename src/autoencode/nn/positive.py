"""Maps from any number to a positive one, for the scales and concentrations of distributions."""

import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

MIN_CONCENTRATION = 0.1
"""The smallest concentration. At 0.1 one draw in 6,000 underflows in float32; at 0.01 it is 4 in 10, all of them 0."""

_SHIFT = math.log(math.expm1(1 - MIN_CONCENTRATION))


def bounded_exp(x: Float[Tensor, "..."], bound: float = 10.0) -> Float[Tensor, "..."]:
    """exp of a number that a tanh keeps between −bound and bound, so that no scale is 0 or infinite."""
    return torch.exp(bound * torch.tanh(x / bound))


def concentration(x: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """A shifted softplus: 1 at 0, of derivative 1 for large numbers, and always above `MIN_CONCENTRATION`."""
    return MIN_CONCENTRATION + F.softplus(x + _SHIFT)
