"""What every kind of path takes, and the table of their names."""

from collections.abc import Callable
from typing import Protocol

from jaxtyping import Float
from torch import Tensor

from autoencode.registry import Registry

LogDensity = Callable[[Tensor], Tensor]
"""Codes (n, numbers) → their log density in nats, (n,), up to a constant, with gradients to the codes."""


class LatentPath(Protocol):
    """A way from one code to another."""

    def __call__(
        self, a: Float[Tensor, " numbers"], b: Float[Tensor, " numbers"], n: int, log_density: LogDensity | None = None
    ) -> Float[Tensor, "n numbers"]:
        """`n` codes at even times, the first `a` and the last `b`; only some kinds look at the density."""
        ...


latent_paths: Registry[LatentPath] = Registry("path", "autoencode morph --help")
"""name → (a, b, n, log_density) → codes."""
