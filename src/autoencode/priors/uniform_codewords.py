"""The prior under which all codewords are as likely."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from autoencode.nn.quantisers.quantiser import Quantiser
from autoencode.priors.codeword_prior import CodewordPrior


class UniformCodewordPrior(CodewordPrior):
    """Any codeword at any position, independently: the KL of a quantised posterior is stages · positions · log K.

    Args:
        codes: the posterior's; shared and not owned.
        grid: the shape of the positions.

    References:
        van den Oord, Vinyals and Kavukcuoglu, "Neural discrete representation learning", NeurIPS 2017, section 3.1.

    Example:
        >>> from autoencode.nn import FiniteScalarQuantiser
        >>> UniformCodewordPrior(FiniteScalarQuantiser([3, 3]), (7, 7))().sample((5,)).shape
        torch.Size([5, 2, 7, 7])
    """

    zero: Tensor

    def __init__(self, codes: Quantiser, grid: Sequence[int]) -> None:
        super().__init__(codes, grid)
        self.register_buffer("zero", torch.zeros(()), persistent=False)

    def logits(self) -> Float[Tensor, "stages positions k"]:
        """Zeros, which take no memory."""
        return self.zero.expand(self.codes.n_stages, math.prod(self.grid), self.codes.n_codes)

    def indices_of(self, z: Float[Tensor, "..."]) -> Int64[Tensor, "..."]:
        """Any indices: none is more likely than others, so there is nothing to search for."""
        leading = z.shape[: z.ndim - len(self.latent_shape)]
        shape = (*leading, self.codes.n_stages, math.prod(self.grid))
        return torch.zeros(shape, dtype=torch.int64, device=z.device)
