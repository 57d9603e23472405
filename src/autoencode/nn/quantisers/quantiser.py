"""The base class of quantisers, and vectors from and to maps."""

from abc import abstractmethod
from collections.abc import Sequence

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from autoencode.errors import CapabilityError


class Quantiser(nn.Module):
    """Maps vectors to indices and back: one index for each stage and position; the vectors of the stages are summed.

        vector at a position  ─► quantise ─►  an index of 0 … K − 1 for each stage  ─► forward ─►  codeword

    Args:
        n_codes: K, codewords of each stage.
        n_stages: number of stages.
        width: dimensions of a vector.
    """

    def __init__(self, n_codes: int, n_stages: int, width: int) -> None:
        super().__init__()
        self.n_codes, self.n_stages, self.width = n_codes, n_stages, width

    @abstractmethod
    def forward(self, indices: Int64[Tensor, "*leading stages positions"]) -> Float[Tensor, "*leading positions width"]:
        """The codewords of indices."""
        raise NotImplementedError

    @abstractmethod
    def quantise(
        self, vectors: Float[Tensor, "*leading positions width"]
    ) -> tuple[Float[Tensor, "stages *leading positions width"], Int64[Tensor, "*leading stages positions"]]:
        """The partial sums of codewords after each stage, the last of which are the codewords, and their indices.

        Without gradients and without a change of state.
        """
        raise NotImplementedError

    @torch.no_grad()
    def indices_of(self, vectors: Float[Tensor, "*leading positions width"]) -> Int64[Tensor, "*leading one positions"]:
        """The indices of codewords; for other vectors, those of the nearest codewords.

        Raises:
            CapabilityError: there are several stages.
        """
        if self.n_stages > 1:
            raise CapabilityError(
                "the indices of a sum of codewords from several stages are ambiguous: use the KL of a posterior, which "
                "has them"
            )
        return self.quantise(vectors)[1]


def as_vectors(z: Float[Tensor, "..."], grid: Sequence[int]) -> Float[Tensor, "..."]:
    """From maps (*leading, width, *grid) to vectors (*leading, positions, width)."""
    return z.flatten(-len(grid)).mT


def as_map(vectors: Float[Tensor, "..."], grid: Sequence[int]) -> Float[Tensor, "..."]:
    """From vectors (*leading, positions, width) to maps (*leading, width, *grid)."""
    return vectors.mT.unflatten(-1, tuple(grid))
