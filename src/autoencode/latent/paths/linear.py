"""The straight line."""

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.latent.paths.path import LogDensity, latent_paths


@latent_paths.register("linear")
def linear(
    a: Float[Tensor, " numbers"], b: Float[Tensor, " numbers"], n: int, log_density: LogDensity | None = None
) -> Float[Tensor, "n numbers"]:
    """(1 − t) a + t b at n even times, exact at both ends.

    Example:
        >>> linear(torch.zeros(1), torch.ones(1), 3).tolist()
        [[0.0], [0.5], [1.0]]
    """
    return torch.stack([torch.lerp(a, b, i / (n - 1)) for i in range(n)])
