"""Distributions over several levels of latents, each conditioned on those above."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal, kl_divergence

ChooseLatent = Callable[[int, Independent[Normal]], Tensor]
"""(level, its distribution given the levels above) → the latent of that level."""


@dataclass(frozen=True)
class LadderPath:
    """One pass down the levels.

    Args:
        z: the latents of all levels, top first, (*leading, dims).
        conditionals: the distribution of each level given the levels above it.
        prior: that of the prior for the same z.
    """

    z: Tensor
    conditionals: list[Independent[Normal]]
    prior: list[Independent[Normal]]


@runtime_checkable
class Level(Protocol):
    """One level of a ladder."""

    def next_state(self, state: Tensor, z: Tensor) -> Tensor:
        """The state, updated by this level's latent."""
        ...

    def conditional_prior(self, state: Tensor) -> Independent[Normal]:
        """p(z_l | the levels above)."""
        ...


def walk(
    levels: Sequence[Level],
    start: Tensor,
    own: Callable[[int, Tensor, Independent[Normal]], Independent[Normal]],
    choose: ChooseLatent,
) -> LadderPath:
    """Goes down the levels: each one's distribution depends on the state, which its latent then updates.

    Args:
        levels: top first.
        start: the initial state, (*leading, width).
        own: (level, state, its prior) → its distribution; for a prior, the prior itself.
        choose: (level, its distribution) → its latent.
    """
    state, z, mine, priors = start, list[Tensor](), list[Independent[Normal]](), list[Independent[Normal]]()
    for number, level in enumerate(levels):
        prior = level.conditional_prior(state)
        here = own(number, state, prior)
        latent = choose(number, here)
        state = level.next_state(state, latent)
        z.append(latent)
        mine.append(here)
        priors.append(prior)
    return LadderPath(torch.cat(z, -1), mine, priors)


class Ladder(Distribution):
    """p(z₁) p(z₂|z₁) … p(z_L|z₁…z_L₋₁), with z = (z₁, …, z_L) as one vector.

    The last pass is cached, so that the KL of fresh draws needs no second one.

    Args:
        walk: (choose, leading shape) → the path, with the latent of each level given by `choose`.
        dims: dimensions of each level, top first.
        batch_shape: of the examples it is conditioned on; () for a prior.
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore  # torch declares it as a property
    has_rsample = True

    def __init__(
        self,
        walk: Callable[[ChooseLatent, tuple[int, ...]], LadderPath],
        dims: tuple[int, ...],
        batch_shape: tuple[int, ...] = (),
    ) -> None:
        self._walk, self.dims = walk, dims
        self._last: LadderPath | None = None
        self._last_has_gradients = False
        super().__init__(torch.Size(batch_shape), torch.Size((sum(dims),)), validate_args=False)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draws level by level, (*sample_shape, *batch_shape, dims)."""
        return self._cached(lambda _, level: level.rsample(), (*sample_shape, *self.batch_shape)).z

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """The same without gradients."""
        with torch.no_grad():
            return self.rsample(sample_shape)

    @property
    def mean(self) -> Tensor:
        """The latents if each level takes its mean, (*batch_shape, dims); not the expectation."""
        return self._walk(lambda _, level: level.mean, tuple(self.batch_shape)).z

    def mean_below(self, given: Sequence[Tensor]) -> Tensor:
        """The latents if the top levels are `given` and the others take their means, (*batch_shape, dims).

        Args:
            given: the latents of the top levels, top first, (*batch_shape, dims of the level) each; none gives `mean`.
        """

        def choose(number: int, level: Independent[Normal]) -> Tensor:
            return given[number] if number < len(given) else level.mean

        return self._walk(choose, tuple(self.batch_shape)).z

    def tempered(self, temperature: float) -> "Ladder":
        """The distribution with the standard deviation of each level, given those above it, times `temperature`."""

        def cooler(level: Independent[Normal]) -> Independent[Normal]:
            return Independent(Normal(level.mean, level.stddev * temperature, validate_args=False), 1)

        def path(choose: ChooseLatent, leading: tuple[int, ...]) -> LadderPath:
            walked = self._walk(lambda number, level: choose(number, cooler(level)), leading)
            return LadderPath(walked.z, [cooler(level) for level in walked.conditionals], walked.prior)

        return Ladder(path, self.dims, tuple(self.batch_shape))

    def descend(self, choose: ChooseLatent, leading: tuple[int, ...]) -> LadderPath:
        """The path whose latents are chosen level by level.

        Args:
            choose: (level, its distribution given the levels above) → the latent of that level.
            leading: shape of the draws, which ends in the batch shape.
        """
        return self._walk(choose, leading)

    def log_prob(self, value: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Log density in nats, summed over the levels."""
        levels = value.split(self.dims, -1)
        return torch.stack([q.log_prob(z) for q, z in zip(self.path(value).conditionals, levels, strict=True)]).sum(0)

    def path(self, z: Float[Tensor, "..."]) -> LadderPath:
        """The path with the latents `z`."""
        # A path computed without gradients cannot be reused if gradients are needed.
        if self._last is not None and self._last.z is z and (self._last_has_gradients or not torch.is_grad_enabled()):
            return self._last
        levels = z.split(self.dims, -1)

        def given(number: int, _: Independent[Normal]) -> Tensor:
            return levels[number]

        return self._walk(given, tuple(z.shape[:-1]))

    def _cached(self, choose: ChooseLatent, leading: tuple[int, ...]) -> LadderPath:
        self._last, self._last_has_gradients = self._walk(choose, leading), torch.is_grad_enabled()
        return self._last


def kl_levels(q: Ladder, z: Float[Tensor, "n batch dims"]) -> Float[Tensor, "n batch levels"]:
    """The KL of each level from its prior, given the levels above it in `z`, in nats.

    The expectation of the sum over levels, over draws from `q`, is the KL of the whole, with a lower variance than
    log q(z) − log p(z).

    Args:
        q: the posterior, whose path includes the prior.
        z: draws from it.

    References:
        Sønderby, Raiko, Maaløe, Sønderby and Winther, "Ladder variational autoencoders", NeurIPS 2016, equation 5.
    """
    path = q.path(z)
    return torch.stack(
        [kl_divergence(own, above) for own, above in zip(path.conditionals, path.prior, strict=True)], -1
    )


def kl_ladder_dimensions(q: Ladder, z: Float[Tensor, "n batch dims"]) -> Float[Tensor, "n batch dims"]:
    """The same for each dimension of each level."""
    path = q.path(z)
    pairs = zip(path.conditionals, path.prior, strict=True)
    return torch.cat([kl_divergence(own.base_dist, above.base_dist) for own, above in pairs], -1)
