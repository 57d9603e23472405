"""A finite set of vectors, of which one stands at each position of a code."""

from abc import abstractmethod
from collections.abc import Sequence

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from autoencode.errors import CapabilityError


class Quantiser(nn.Module):
    """Vectors that indices stand for: one index at each stage and position, and the vectors of the stages add up.

        vector at a position  ─► quantise ─►  an index of 0 … K − 1 at each stage  ─► forward ─►  codeword

    Args:
        n_codes: K, at each stage.
        n_stages: indices for each position.
        width: numbers in a vector.
    """

    def __init__(self, n_codes: int, n_stages: int, width: int) -> None:
        super().__init__()
        self.n_codes, self.n_stages, self.width = n_codes, n_stages, width

    @abstractmethod
    def forward(self, indices: Int64[Tensor, "*leading stages positions"]) -> Float[Tensor, "*leading positions width"]:
        """The codewords that indices stand for."""
        raise NotImplementedError

    @abstractmethod
    def quantise(
        self, vectors: Float[Tensor, "*leading positions width"]
    ) -> tuple[Float[Tensor, "stages *leading positions width"], Int64[Tensor, "*leading stages positions"]]:
        """The sums of codewords up to each stage, the last of which are the codewords, and their indices.

        No gradient passes, and no state changes.
        """
        raise NotImplementedError

    @torch.no_grad()
    def indices_of(self, vectors: Float[Tensor, "*leading positions width"]) -> Int64[Tensor, "*leading one positions"]:
        """The indices of codewords; another vector counts as the nearest codeword.

        Raises:
            CapabilityError: there are several stages.
        """
        if self.n_stages > 1:
            raise CapabilityError(
                "a sum of codewords does not tell which ones it is made of: ask for the KL of a posterior, which knows"
            )
        return self.quantise(vectors)[1]


def as_vectors(z: Float[Tensor, "..."], grid: Sequence[int]) -> Float[Tensor, "..."]:
    """From maps (*leading, width, *grid) to vectors (*leading, positions, width)."""
    return z.flatten(-len(grid)).mT


def as_map(vectors: Float[Tensor, "..."], grid: Sequence[int]) -> Float[Tensor, "..."]:
    """From vectors (*leading, positions, width) to maps (*leading, width, *grid)."""
    return vectors.mT.unflatten(-1, tuple(grid))
