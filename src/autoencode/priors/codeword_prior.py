"""What the priors over codewords share."""

import math
from abc import abstractmethod
from collections.abc import Sequence

from jaxtyping import Float, Int64
from torch import Tensor

from autoencode.distributions.quantised import Codewords
from autoencode.nn.quantisers.quantiser import Quantiser, as_map
from autoencode.priors.prior import Prior


class CodewordPrior(Prior):
    """Codewords that are independent between stages and positions.

    Args:
        codes: the posterior's; shared and not owned.
        grid: the shape of the positions.
    """

    def __init__(self, codes: Quantiser, grid: Sequence[int]) -> None:
        super().__init__((codes.width, *grid))
        self._shared = (codes,)  # in a tuple, so that its buffers are the posterior's alone

    @property
    def codes(self) -> Quantiser:
        """What indices stand for."""
        return self._shared[0]

    @property
    def grid(self) -> tuple[int, ...]:
        """The shape of the positions."""
        return self.latent_shape[1:]

    @property
    def n_indices(self) -> int:
        """Codewords in a code: stages · positions."""
        return self.codes.n_stages * math.prod(self.grid)

    @abstractmethod
    def logits(self) -> Float[Tensor, "stages positions k"]:
        """Log odds of the codewords."""
        raise NotImplementedError

    @abstractmethod
    def indices_of(self, z: Float[Tensor, "..."]) -> Int64[Tensor, "..."]:
        """The indices of codes (*leading, width, *grid), or of codes that are as likely."""
        raise NotImplementedError

    def forward(self) -> Codewords:
        """p(z) with batch shape () and event shape (width, *grid)."""
        return Codewords(self.logits(), self.latent_shape, self._look_up, self.indices_of)

    def _look_up(self, indices: Tensor) -> Tensor:
        return as_map(self.codes(indices), self.grid)
