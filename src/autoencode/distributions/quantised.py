"""Distributions of codewords: all probability on one, and independent categorical ones."""

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.distributions import Categorical, Distribution, register_kl

from autoencode.distributions.relaxed import straight_through
from autoencode.errors import CapabilityError


class Quantised(Distribution):
    """Probability one for one codeword at each position: the posterior of quantised codes.

        draws and mean:  the codewords, with the gradient of the unquantised vectors (straight-through estimator)

    It is a probability mass of entropy 0, so with a prior over the same codewords the KL and the evidence lower bound
    are well-defined.

    Args:
        sums: partial sums of codewords after each stage, (stages, *batch_shape, *event_shape); the last is the code.
        unquantised: the vectors before quantisation, (*batch_shape, *event_shape).
        indices: of the codewords, (*batch_shape, stages, positions).
        n_codes: K, codewords in each codebook.

    References:
        van den Oord, Vinyals and Kavukcuoglu, "Neural discrete representation learning", NeurIPS 2017, equations 1 and
        2; straight-through estimator: section 3.2.

    Example:
        >>> q = Quantised(torch.ones(1, 5, 4, 2), torch.zeros(5, 4, 2), torch.zeros(5, 1, 2, dtype=torch.int64), 8)
        >>> q.rsample((3,)).shape, q.log_prob(q.mean).tolist()
        (torch.Size([3, 5, 4, 2]), [0.0, 0.0, 0.0, 0.0, 0.0])
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore  # torch declares it as a property
    has_rsample = True

    def __init__(
        self,
        sums: Float[Tensor, "stages *shape"],
        unquantised: Float[Tensor, "*shape"],
        indices: Int64[Tensor, "*batch stages positions"],
        n_codes: int,
    ) -> None:
        self.sums, self.unquantised, self.indices, self.n_codes = sums.detach(), unquantised, indices, n_codes
        split = indices.ndim - 2
        super().__init__(unquantised.shape[:split], unquantised.shape[split:], validate_args=False)

    @property
    def code(self) -> Tensor:
        """The codewords, without gradients, (*batch_shape, *event_shape)."""
        return self.sums[-1]

    @property
    def mean(self) -> Tensor:
        """The codewords, with the gradient of the unquantised vectors."""
        return straight_through(self.code, self.unquantised)

    @property
    def variance(self) -> Tensor:
        """Zero everywhere."""
        return torch.zeros_like(self.code)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """The codewords, expanded over `sample_shape`, with the gradient of the unquantised vectors."""
        return self.mean.expand(*sample_shape, *self.code.shape)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """The same without gradients."""
        return self.code.expand(*sample_shape, *self.code.shape)

    def log_prob(self, value: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """0 for its own codewords, −∞ otherwise."""
        own = (value == self.code).flatten(-len(self.event_shape)).all(-1)
        return torch.where(own, 0.0, -torch.inf).to(self.code.dtype)

    def entropy(self) -> Tensor:
        """Zero."""
        return self.code.new_zeros(self.batch_shape)

    @property
    def distance(self) -> Float[Tensor, "..."]:
        """‖unquantised − sum of codewords‖², summed over stages, positions and dimensions, (*batch_shape,).

        It has gradients for the unquantised vectors only.

        References:
            van den Oord et al., NeurIPS 2017, equation 3, last term; of stages: Lee et al., CVPR 2022, section 3.1.
        """
        return (self.unquantised - self.sums).square().flatten(-len(self.event_shape)).sum(-1).sum(0)


class Codewords(Distribution):
    """Independent categorical distributions of codewords for each stage and position.

    Args:
        logits: log probabilities of the codewords, (stages, positions, K); they need not be normalised.
        event_shape: shape of one code.
        look_up: indices (*leading, stages, positions) → codes (*leading, *event_shape).
        indices_of: codes → indices, for `log_prob`.
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore  # torch declares it as a property

    def __init__(
        self,
        logits: Float[Tensor, "stages positions k"],
        event_shape: tuple[int, ...],
        look_up: Callable[[Tensor], Tensor],
        indices_of: Callable[[Tensor], Tensor],
    ) -> None:
        self.indices, self.look_up, self.indices_of = (
            Categorical(logits=logits, validate_args=False),
            look_up,
            indices_of,
        )
        super().__init__(torch.Size(), torch.Size(event_shape), validate_args=False)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draws of codes, (*sample_shape, *event_shape)."""
        with torch.no_grad():
            return self.look_up(self.indices.sample(sample_shape))

    def log_prob_of_indices(self, indices: Int64[Tensor, "*leading stages positions"]) -> Float[Tensor, "*leading"]:
        """Log probability of the codewords with these indices, in nats."""
        return self.indices.log_prob(indices).sum((-2, -1))

    def log_prob(self, value: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Log mass of codes, in nats."""
        return self.log_prob_of_indices(self.indices_of(value))


@register_kl(Quantised, Codewords)
def _kl(q: Quantised, p: Codewords) -> Tensor:
    """−log p(codewords), exact: stages · positions · log K for a uniform prior."""
    return -p.log_prob_of_indices(q.indices)


def require_quantised(q: Distribution) -> Quantised:
    """`q`, if it is quantised.

    Raises:
        CapabilityError: it is not.
    """
    if not isinstance(q, Quantised):
        raise CapabilityError(
            f"this needs a posterior of codewords, not a {type(q).__name__}: give the model a VectorQuantisedPosterior "
            "or a FiniteScalarPosterior"
        )
    return q


def codeword_counts(indices: Int64[Tensor, "n stages positions"], n_codes: int) -> Int64[Tensor, "stages k"]:
    """The number of occurrences of each codeword, by stage."""
    stages = indices.shape[1]
    shifted = indices + n_codes * torch.arange(stages, device=indices.device)[:, None]
    return torch.bincount(shifted.flatten(), minlength=stages * n_codes).unflatten(0, (stages, n_codes))


def perplexity(counts: Int64[Tensor, "stages k"]) -> Float[Tensor, " stages"]:
    """exp of the entropy of the frequencies in each row: the effective number of codewords.

    Example:
        >>> perplexity(torch.tensor([[5, 5, 0, 0]]))
        tensor([2.])
    """
    shares = counts / counts.sum(1, keepdim=True)
    return torch.special.entr(shares).sum(1).exp()
