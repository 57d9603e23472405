"""Codebooks in sequence, each for the residual of the ones before it."""

from functools import reduce

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from autoencode.errors import ArgumentError
from autoencode.nn.quantisers.codebook import Codebook
from autoencode.nn.quantisers.quantiser import Quantiser


class ResidualVectorQuantiser(Quantiser):
    """Sums of codewords: the first codebook quantises a vector, the next one the residual, and so on.

        x ─► nearest in book 1 ─► x − codeword 1 ─► nearest in book 2 ─► …        codeword = codeword 1 + codeword 2 + …

    Args:
        n_codes: K, codewords in each codebook.
        width: dimensions of a codeword.
        n_stages: number of codebooks; 1 is plain vector quantisation.
        decay: of the running means that are the codewords.
        patience: training steps without use after which a codeword is revived; 0 for never.

    Raises:
        ArgumentError: fewer than one stage, or an argument that `Codebook` refuses.

    References:
        Zeghidour et al., "SoundStream", IEEE/ACM TASLP 2021, algorithm 1; Lee et al., "Autoregressive image generation
        using residual quantization", CVPR 2022, section 3.1, where all stages share one codebook.
    """

    def __init__(self, n_codes: int, width: int, n_stages: int = 1, decay: float = 0.99, patience: int = 20) -> None:
        super().__init__(n_codes, n_stages, width)
        if n_stages < 1:
            raise ArgumentError(f"n_stages must be 1 or more, not {n_stages}")
        self.books = nn.ModuleList(Codebook(n_codes, width, decay, patience) for _ in range(n_stages))

    @property
    def stages(self) -> list[Codebook]:
        """The codebooks, first to last."""
        return [book for book in self.books if isinstance(book, Codebook)]

    def forward(self, indices: Int64[Tensor, "*leading stages positions"]) -> Float[Tensor, "*leading positions width"]:
        """The sums of the codewords over the stages."""
        found: list[Tensor] = [book(i) for book, i in zip(self.stages, indices.unbind(-2), strict=True)]
        return reduce(torch.add, found)

    @torch.no_grad()
    def quantise(
        self, vectors: Float[Tensor, "*leading positions width"]
    ) -> tuple[Float[Tensor, "stages *leading positions width"], Int64[Tensor, "*leading stages positions"]]:
        """The partial sums of codewords after each stage, and their indices."""
        sums: list[Tensor] = []
        indices: list[Tensor] = []
        for book in self.stages:
            rest = vectors - sums[-1] if sums else vectors
            indices.append(book.nearest(rest.flatten(0, -2)).reshape(rest.shape[:-1]))
            found = book(indices[-1])
            sums.append(sums[-1] + found if sums else found)
        return torch.stack(sums), torch.stack(indices, -2)

    @torch.no_grad()
    def learn(self, x: Float[Tensor, "n width"], indices: Int64[Tensor, "n stages"]) -> None:
        """Updates the codewords of each stage from the vectors of a batch and the indices assigned to them.

        In the first call the codebooks are initialised from these vectors.
        """
        for book, chosen in zip(self.stages, indices.unbind(1), strict=True):
            if not book.started:
                book.init_from(x)
                chosen = book.nearest(x)
            found = book(chosen)
            book.update(x, chosen)
            x = x - found
