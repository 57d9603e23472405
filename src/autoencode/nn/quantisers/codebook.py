"""Codewords that follow the vectors which are nearest to them."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from autoencode.errors import ArgumentError
from autoencode.kernels import is_exporting
from autoencode.nn.precision import without_autocast

_SMOOTHING = 1e-5
_LLOYD_ITERATIONS = 10
_CHUNK_SIZE = 16_384
"""Number of vectors that are compared with all codewords at once, so that large images fit in memory."""


class Codebook(nn.Module):
    """K codewords, each the running mean of the vectors assigned to it.

        N ← γ N + (1 − γ) count        m ← γ m + (1 − γ) Σ vectors        codeword = m / N

    All state is in buffers, so a resumed training is exact. There are no gradients.

    Args:
        n_codes: K.
        width: dimensions of a codeword.
        decay: γ, from 0 to below 1.
        patience: training steps without use after which a codeword is replaced by a vector of the batch; 0 for never.

    Raises:
        ArgumentError: fewer than one codeword or dimension, a decay outside its range, or a patience below 0.

    References:
        van den Oord, Vinyals and Kavukcuoglu, "Neural discrete representation learning", NeurIPS 2017, appendix A.1,
        equations 6 to 8. Initialisation by clusters of the first batch (Zeghidour et al., 2021) and Laplace smoothing
        of N are not in it. Revival: Dhariwal et al., "Jukebox", 2020, section 3.1, there by frequency of use, here by
        steps without use.

    Example:
        >>> book = Codebook(2, 1)
        >>> book.init_from(torch.tensor([[0.0], [1.0], [9.0]]))
        >>> sorted(book.codewords.flatten().tolist())
        [0.5, 9.0]
    """

    codewords: Tensor
    sizes: Tensor
    sums: Tensor
    idle: Tensor
    revived: Tensor
    started: Tensor

    def __init__(self, n_codes: int, width: int, decay: float = 0.99, patience: int = 20) -> None:
        super().__init__()
        if min(n_codes, width) < 1 or not 0 <= decay < 1 or patience < 0:
            raise ArgumentError(
                "a codebook needs 1 codeword or more, a width of 1 or more, a decay from 0 to below 1 and a patience "
                f"of 0 or more, not {n_codes}, {width}, {decay} and {patience}"
            )
        self.decay, self.patience = decay, patience
        codewords = (2 * torch.rand(n_codes, width) - 1) / n_codes
        self.register_buffer("codewords", codewords)
        self.register_buffer("sizes", torch.ones(n_codes))
        self.register_buffer("sums", codewords.clone())
        self.register_buffer("idle", torch.zeros(n_codes, dtype=torch.int64))
        self.register_buffer("revived", torch.zeros((), dtype=torch.int64))
        self.register_buffer("started", torch.zeros((), dtype=torch.bool))

    def forward(self, indices: Int64[Tensor, "*leading"]) -> Float[Tensor, "*leading width"]:
        """The codewords of these indices."""
        return self.codewords[indices]

    @torch.no_grad()
    def nearest(self, x: Float[Tensor, "n width"]) -> Int64[Tensor, " n"]:
        """The index of the nearest codeword by Euclidean distance, in the precision of the codewords."""
        with without_autocast(x.device):
            lengths = self.codewords.square().sum(1)
            chunks = [x] if is_exporting() else x.split(_CHUNK_SIZE)  # an exported program takes any number of vectors
            return torch.cat([torch.addmm(lengths, part, self.codewords.T, alpha=-2).argmin(1) for part in chunks])

    @torch.no_grad()
    def init_from(self, x: Float[Tensor, "n width"]) -> None:
        """Sets the codewords to cluster centres of `x`: ten iterations of k-means from random vectors."""
        n, k = len(x), len(self.codewords)
        picked = torch.randperm(n, device=x.device)[:k] if n >= k else torch.randint(n, (k,), device=x.device)
        self.codewords.copy_(x[picked])
        counts = torch.ones_like(self.sizes)
        for _ in range(_LLOYD_ITERATIONS):
            counts, sums = self._tally(x, self.nearest(x))
            used = counts > 0
            self.codewords[used] = sums[used] / counts[used, None]
        self.sizes.copy_(counts.clamp_min(1))
        self.sums.copy_(self.codewords * self.sizes[:, None])
        self.started.fill_(1)

    @torch.no_grad()
    def update(self, x: Float[Tensor, "n width"], indices: Int64[Tensor, " n"]) -> None:
        """Moves each codeword towards the mean of the vectors assigned to it, and revives unused codewords."""
        counts, sums = self._tally(x, indices)
        self.sizes.lerp_(counts, 1 - self.decay)
        self.sums.lerp_(sums, 1 - self.decay)
        total = self.sizes.sum()
        smoothed = (self.sizes + _SMOOTHING) / (total + len(counts) * _SMOOTHING) * total
        self.codewords.copy_(self.sums / smoothed[:, None])
        self.idle.copy_(torch.where(counts > 0, torch.zeros_like(self.idle), self.idle + 1))
        if self.patience:
            self._revive(x, self.idle >= self.patience)

    def _revive(self, x: Tensor, dead: Tensor) -> None:
        """Replaces unused codewords by random vectors of the batch."""
        n = int(dead.sum())
        if not n:
            return
        fresh = x[torch.randint(len(x), (n,), device=x.device)]
        self.codewords[dead], self.sums[dead] = fresh, fresh
        self.sizes[dead], self.idle[dead] = 1.0, 0
        self.revived += n

    def _tally(self, x: Tensor, indices: Tensor) -> tuple[Tensor, Tensor]:
        """The number of vectors assigned to each codeword, and their sum; without a matrix product, which autocast
        would compute in half precision."""
        counts = torch.zeros_like(self.sizes).index_add_(0, indices, torch.ones_like(x[:, 0]))
        return counts, torch.zeros_like(self.sums).index_add_(0, indices, x)
