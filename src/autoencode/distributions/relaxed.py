"""Bernoulli and categorical codes with relaxed, differentiable draws."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Bernoulli, Distribution, register_kl
from torch.nn import functional as F

from autoencode.errors import CapabilityError


class RelaxedBernoulliCode(Bernoulli):
    """A Bernoulli variable whose `rsample` is relaxed to values between 0 and 1, with gradients.

        rsample:  sigmoid((logits + logistic noise) / temperature)           temperature → 0: `sample`

    Mass, entropy, mean and divergences are those of the Bernoulli variable. `log_prob` of a relaxed draw raises an
    error, since it would be neither the mass nor the density of the relaxed distribution.

    Args:
        logits: log odds of a 1, any shape.
        temperature: of the relaxation, above 0.
        hard: round `rsample` to 0 or 1, with the gradient of the relaxed draw (straight-through estimator).

    References:
        Maddison, Mnih and Teh, "The concrete distribution", ICLR 2017, appendix B; straight-through: Jang, Gu and
        Poole, "Categorical reparameterization with Gumbel-softmax", ICLR 2017, section 2.2.
    """

    has_rsample = True

    def __init__(self, logits: Float[Tensor, "..."], temperature: Tensor, *, hard: bool = False) -> None:
        self.temperature, self.hard = temperature, hard
        super().__init__(logits=logits, validate_args=False)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Relaxed draws, (*sample_shape, *batch_shape)."""
        u = uniform(self._extended_shape(torch.Size(sample_shape)), self.logits)
        y = torch.sigmoid((self.logits + u.log() - (-u).log1p()) / self.temperature)
        return straight_through((y > 0.5).to(y.dtype), y) if self.hard else y

    def log_prob(self, value: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Log mass of 0 or 1, in nats.

        Raises:
            CapabilityError: a value is neither.
        """
        require_hard(value)
        return super().log_prob(value)


@register_kl(RelaxedBernoulliCode, Bernoulli)
def _kl_bits(q: RelaxedBernoulliCode, p: Bernoulli) -> Tensor:
    """KL of each bit, in nats. PyTorch's own does not broadcast batch shapes."""
    ones = q.probs * (F.softplus(-p.logits) - F.softplus(-q.logits))
    return ones + torch.sigmoid(-q.logits) * (F.softplus(p.logits) - F.softplus(q.logits))


class OneHotCode(Distribution):
    """Independent categorical variables as concatenated one-hot vectors: event shape (n · k,).

        rsample:  softmax((logits + Gumbel noise) / temperature)             temperature → 0: `sample`

    Args:
        logits: log probabilities of the k categories of n variables, (*batch_shape, n, k); need not be normalised.
        temperature: of the relaxation in `rsample`, above 0; None for a distribution without `rsample`.
        hard: round `rsample` to one-hot vectors, with the gradient of the relaxed draw.

    References:
        Jang, Gu and Poole, "Categorical reparameterization with Gumbel-softmax", ICLR 2017, equations 1 and 2 and
        section 2.2; Maddison, Mnih and Teh, "The concrete distribution", ICLR 2017, section 3.1.

    Example:
        >>> OneHotCode(torch.zeros(5, 3, 4)).sample((2,)).shape
        torch.Size([2, 5, 12])
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore  # torch declares it as a property

    def __init__(
        self, logits: Float[Tensor, "*batch n k"], temperature: Tensor | None = None, *, hard: bool = False
    ) -> None:
        self.logits, self.temperature, self.hard = logits.log_softmax(-1), temperature, hard
        super().__init__(logits.shape[:-2], torch.Size((logits.shape[-2:].numel(),)), validate_args=False)

    @property
    def has_rsample(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]  # torch declares a variable
        """Whether there is a temperature."""
        return self.temperature is not None

    @property
    def mean(self) -> Tensor:
        """The probabilities, (*batch_shape, n · k)."""
        return self.logits.exp().flatten(-2)

    @property
    def variance(self) -> Tensor:
        """Of each entry, (*batch_shape, n · k)."""
        return self.mean * (1 - self.mean)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draws of one-hot vectors, (*sample_shape, *batch_shape, n · k)."""
        with torch.no_grad():
            return one_hot(self._noisy(sample_shape)).flatten(-2)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Relaxed draws, (*sample_shape, *batch_shape, n · k).

        Raises:
            CapabilityError: there is no temperature.
        """
        if self.temperature is None:
            raise CapabilityError("rsample of one-hot codes needs a temperature: use sample")
        y = (self._noisy(sample_shape) / self.temperature).softmax(-1)
        return (straight_through(one_hot(y), y) if self.hard else y).flatten(-2)

    def _noisy(self, sample_shape: Any) -> Tensor:
        """The logits with Gumbel noise, whose argmax is a draw (Jang et al., equation 1)."""
        u = uniform(torch.Size((*sample_shape, *self.logits.shape)), self.logits)
        return self.logits - (-u.log()).log()

    def log_prob(self, value: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Log mass of one-hot vectors, in nats.

        Raises:
            CapabilityError: a value is neither 0 nor 1.
        """
        require_hard(value)
        return (value.unflatten(-1, self.logits.shape[-2:]) * self.logits).sum((-2, -1))

    def entropy(self) -> Tensor:
        """In nats, (*batch_shape,)."""
        return -(self.logits.exp() * self.logits).sum((-2, -1))


def kl_one_hots(q: OneHotCode, p: OneHotCode) -> Float[Tensor, "*batch n"]:
    """KL(q ‖ p) of each categorical variable, in nats."""
    return (q.logits.exp() * (q.logits - p.logits)).sum(-1)


@register_kl(OneHotCode, OneHotCode)
def _kl(q: OneHotCode, p: OneHotCode) -> Tensor:
    return kl_one_hots(q, p).sum(-1)


def uniform(shape: torch.Size, like: Tensor) -> Tensor:
    """Uniform noise in the open interval (0, 1), so that its logarithms are finite."""
    limits = torch.finfo(like.dtype)
    return torch.rand(shape, dtype=like.dtype, device=like.device).clamp(limits.tiny, 1 - limits.eps / 2)


def one_hot(scores: Float[Tensor, "*leading k"]) -> Float[Tensor, "*leading k"]:
    """1 for the largest, 0 for the others, along the last axis."""
    return F.one_hot(scores.argmax(-1), scores.shape[-1]).to(scores.dtype)


def straight_through(hard: Tensor, soft: Tensor) -> Tensor:
    """The value of `hard`, bit for bit, with the gradient of `soft`."""
    return hard + (soft - soft.detach())


def require_hard(value: Tensor) -> None:
    """Checks that each entry is 0 or 1.

    Raises:
        CapabilityError: some are not.
    """
    if not bool(((value == 0) | (value == 1)).all()):
        raise CapabilityError(
            "a relaxed code has no probability mass: use sample(), or straight_through=True, for objectives that need "
            "it (the importance-weighted bound)"
        )
