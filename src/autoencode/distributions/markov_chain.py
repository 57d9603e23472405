"""Sequences of latents, each one given the one before it: the codes of a deep Markov model."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn
from torch.distributions import Distribution, Normal, kl_divergence


class StepNormal(NamedTuple):
    """A diagonal normal of one step's latent, or of many.

    Args:
        loc: (*leading, dims).
        scale: of the same shape, positive.
    """

    loc: Tensor
    scale: Tensor

    @property
    def normal(self) -> Normal:
        """It as a distribution, without its checks."""
        return Normal(self.loc, self.scale, validate_args=False)


@runtime_checkable
class Transition(Protocol):
    """p(z_t | z_t−1)."""

    def first(self) -> StepNormal:
        """p(z₁), (dims,)."""
        ...

    def following(self, before: Tensor) -> StepNormal:
        """p(z_t | z_t−1) for latents of any leading shape, (*leading, dims)."""
        ...


def steps_of(z: Float[Tensor, "*leading steps dims"]) -> Bool[Tensor, "*leading steps"]:
    """Which steps of a code are there: those whose latents are not all zero.

    Example:
        >>> steps_of(torch.tensor([[0.5, 0.0], [-1.0, 2.0], [0.0, 0.0]])).tolist()
        [True, True, False]
    """
    return (z != 0).any(-1)


def given_priors(transition: Transition, z: Float[Tensor, "*leading steps dims"]) -> StepNormal:
    """p(z_t | z_t−1) for every step of a code, computed for all of them at once, (*leading, steps, dims)."""
    first, rest = transition.first(), transition.following(z[..., :-1, :])
    begin = [part.expand(*z.shape[:-2], 1, z.shape[-1]) for part in first]
    return StepNormal(*(torch.cat(pair, -2) for pair in zip(begin, rest, strict=True)))


class MarkovChain(Distribution):
    """p(z) = p(z₁) ∏ p(z_t | z_t−1) for sequences of a given length.

    A code has a row of numbers for each step, and rows of zeros after the last one. So a code says how long it is; its
    density is that of its steps, given their number. A draw is as long as one of the sequences that `lengths` counts.

    Args:
        transition: from one step to the next.
        lengths: how often each number of steps, 1 and up, occurs; its size is the largest one.
        dims: numbers of a step.
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore  # torch declares it as a property
    has_rsample = True

    def __init__(self, transition: Transition, lengths: Float[Tensor, " steps"], dims: int) -> None:
        self.transition, self.lengths = transition, lengths
        super().__init__(torch.Size(), torch.Size((len(lengths), dims)), validate_args=False)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draws step by step, (*sample_shape, steps, dims)."""
        return self.draw(torch.Size(sample_shape), 1.0)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """The same without gradients."""
        with torch.no_grad():
            return self.rsample(sample_shape)

    @property
    def mean(self) -> Tensor:
        """Every step at its mean given the one before, all of them there; not the expectation."""
        return self._walk((), 0.0)

    def tempered(self, temperature: float) -> "TemperedChain":
        """The distribution with the standard deviation of each step, given the one before it, times `temperature`."""
        return TemperedChain(self, temperature)

    def log_prob(self, value: Float[Tensor, "*leading steps dims"]) -> Float[Tensor, "*leading"]:
        """Log density in nats of the steps that are there, given their number."""
        logs = given_priors(self.transition, value).normal.log_prob(value).sum(-1)
        return logs.where(steps_of(value), logs.new_zeros(())).sum(-1)

    def draw(self, shape: torch.Size, temperature: float) -> Tensor:
        """Draws step by step, with each standard deviation times `temperature`, (*shape, steps, dims)."""
        counts = torch.multinomial(self.lengths, max(1, shape.numel()), replacement=True).reshape(shape) + 1
        present = torch.arange(len(self.lengths), device=counts.device) < counts[..., None]
        return self._walk(shape, temperature) * present[..., None]

    def _walk(self, shape: "tuple[int, ...]", temperature: float) -> Tensor:
        first = self.transition.first()
        z = [_draw(StepNormal(*(part.expand(*shape, part.shape[-1]) for part in first)), temperature)]
        for _ in range(len(self.lengths) - 1):
            z.append(_draw(self.transition.following(z[-1]), temperature))
        return torch.stack(z, -2)


class TemperedChain(Distribution):
    """A chain whose steps are drawn nearer to their means, or further from them.

    Args:
        chain: the chain.
        temperature: factor of each standard deviation.
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore  # torch declares it as a property

    def __init__(self, chain: MarkovChain, temperature: float) -> None:
        self._chain, self._temperature = chain, temperature
        super().__init__(torch.Size(), chain.event_shape, validate_args=False)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draws step by step, (*sample_shape, steps, dims)."""
        with torch.no_grad():
            return self._chain.draw(torch.Size(sample_shape), self._temperature)


def _draw(step: StepNormal, temperature: float) -> Tensor:
    return step.loc + temperature * step.scale * torch.randn_like(step.loc)


Combine = Callable[[Tensor, Tensor], StepNormal]
"""(z_t−1, what the encoder knows at step t) → q(z_t | z_t−1, x)."""


class StructuredChain(Distribution):
    """q(z|x) = ∏ q(z_t | z_t−1, x_t, …, x_T): each step given the one before it and what is still to come.

    Steps past the last one of an example are zeros and count for nothing.

    Args:
        combine: see `Combine`.
        features: the encoder's, (batch, steps, features).
        counts: how many steps each example has.
        dims: numbers of a step.
        start: what stands before the first step, (dims,).

    References:
        Krishnan, Shalit and Sontag, "Structured inference networks for nonlinear state space models", AAAI 2017,
        equations 4 and 5, and the combiner of section 4.
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore  # torch declares it as a property
    has_rsample = True

    def __init__(
        self, combine: Combine, features: Tensor, counts: Int64[Tensor, " batch"], dims: int, start: Tensor
    ) -> None:
        self._combine, self._features, self.counts, self._start = combine, features, counts, start
        self.last = int(counts.max())
        """Steps of the longest of these examples, past which nothing is computed."""
        super().__init__(features.shape[:1], torch.Size((features.shape[1], dims)), validate_args=False)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draws step by step, (*sample_shape, batch, steps, dims)."""
        return self._walk(torch.Size(sample_shape), 1.0)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """The same without gradients."""
        with torch.no_grad():
            return self.rsample(sample_shape)

    @property
    def mean(self) -> Tensor:
        """Every step at its mean given the one before; not the expectation."""
        return self._walk(torch.Size(), 0.0)

    def log_prob(self, value: Float[Tensor, "*leading batch steps dims"]) -> Float[Tensor, "*leading batch"]:
        """Log density in nats, summed over the steps that are there."""
        return self.masked(self.given(value).normal.log_prob(value[..., : self.last, :]).sum(-1)).sum(-1)

    def given(self, z: Float[Tensor, "*leading batch steps dims"]) -> StepNormal:
        """q(z_t | z_t−1, x) for every step of codes up to the last one that is there, computed for all at once."""
        begin = self._start.expand(*z.shape[:-2], 1, z.shape[-1])
        before = torch.cat([begin, z[..., : self.last - 1, :]], -2)
        return self._combine(before, self._features[:, : self.last])

    def masked(self, terms: Float[Tensor, "*leading batch some"]) -> Float[Tensor, "*leading batch steps"]:
        """Terms of the steps up to the last one that is there, with zeros for those that are not."""
        kept = terms.where(self._present[:, : self.last], terms.new_zeros(()))
        return nn.functional.pad(kept, (0, self.event_shape[0] - self.last))

    @property
    def _present(self) -> Bool[Tensor, "batch steps"]:
        return torch.arange(self.event_shape[0], device=self.counts.device) < self.counts[:, None]

    def _walk(self, shape: torch.Size, temperature: float) -> Tensor:
        features = self._features.expand(*shape, *self._features.shape)
        before, z = self._start.expand(*shape, *self.batch_shape, self.event_shape[1]), list[Tensor]()
        for seen in features[..., : self.last, :].unbind(-2):
            before = _draw(self._combine(before, seen), temperature)
            z.append(before)
        drawn = nn.functional.pad(torch.stack(z, -2), (0, 0, 0, self.event_shape[0] - self.last))
        return drawn * self._present[..., None]


def kl_steps(
    q: StructuredChain, p: MarkovChain, z: Float[Tensor, "n batch steps dims"]
) -> Float[Tensor, "n batch steps"]:
    """The KL of each step from its prior, both given the step before it in `z`, in nats; zero where there is no step.

    The expectation of the sum over steps, over draws from `q`, is the KL of the whole, with a lower variance than
    log q(z) − log p(z).

    Args:
        q: the posterior.
        p: the prior.
        z: draws from `q`.

    References:
        Krishnan, Shalit and Sontag, "Structured inference networks for nonlinear state space models", AAAI 2017,
        equation 6.
    """
    own, prior = q.given(z), given_priors(p.transition, z[..., : q.last, :])
    terms = kl_divergence(own.normal, prior.normal).sum(-1)
    return q.masked(terms)
