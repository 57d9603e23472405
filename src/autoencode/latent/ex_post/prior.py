"""What every prior fitted to codes offers, and the table of their names."""

from abc import abstractmethod
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from autoencode.errors import CapabilityError
from autoencode.registry import Registry
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, resolve_reporter
from autoencode.runtime.seeding import seeded_rng

MAX_COVARIANCE_SIZE = 5_000
"""Codes of more numbers have a covariance of hundreds of megabytes."""
_MIN_RELATIVE_SCALE = 1e-4
"""The smallest spread of a dimension that is scaled up, as a share of the largest one."""


class ExPostPrior(nn.Module):
    """A density over codes that is fitted when the model is trained.

    Codes are shifted and scaled to mean 0 and variance 1 in each dimension before anything learns from them.

    Args:
        dims: latent dimensions.

    References:
        Ghosh et al., "From variational to deterministic autoencoders", ICLR 2020, section 4.
    """

    is_bound: ClassVar[bool] = False
    """Whether `nll` is an upper bound only."""
    max_dims: ClassVar[int | None] = None
    """The most numbers that a code may have."""

    shift: Tensor
    scale: Tensor

    def __init__(self, dims: int) -> None:
        super().__init__()
        self.dims = dims
        self.register_buffer("shift", torch.zeros(dims))
        self.register_buffer("scale", torch.ones(dims))

    @classmethod
    def default_options(cls, n_codes: int, dims: int) -> dict[str, Any]:
        """Options that depend on how many codes of how many numbers it is fitted to."""
        return {}

    def fit(
        self,
        train: Float[Tensor, "n dims"],
        validation: Float[Tensor, "m dims"],
        *,
        seed: int,
        reporter: Reporter | None = None,
        cancel: CancelToken | None = None,
    ) -> None:
        """Fits the density to codes.

        Args:
            train: the codes.
            validation: other codes, by which priors that can overfit decide when to stop.
            seed: of starts and batches.
            reporter: receives the progress.
            cancel: ends the fit early; the prior is then unusable.

        Raises:
            CancelledError: `cancel` asked for it.
        """
        spread = train.std(0, correction=0)
        self.shift.copy_(train.mean(0))
        self.scale.copy_(torch.where(spread > 0, spread.clamp_min(_MIN_RELATIVE_SCALE * spread.max()), 1.0))
        with seeded_rng(seed):
            self.fit_standardised(
                self._standardise(train),
                self._standardise(validation),
                seed=seed,
                reporter=resolve_reporter(reporter),
                cancel=cancel or CancelToken(),
            )
        self.eval()

    @torch.no_grad()
    def nll(self, z: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """Minus the log density of codes, or an upper bound on it, in nats for each."""
        return self.scale.log().sum() - self.log_prob_standardised(self._standardise(z))

    @torch.no_grad()
    def sample(self, n: int, temperature: float = 1.0) -> Float[Tensor, "n dims"]:
        """New codes, from the global generator; see `autoencode.distributions.tempered` for the temperature."""
        return self.sample_standardised(n, temperature) * self.scale + self.shift

    def log_prob(self, z: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        """The log density of codes in nats, with gradients to the codes.

        Raises:
            CapabilityError: only a bound on it is known.
        """
        if self.is_bound:
            raise CapabilityError(
                "of this prior only a bound on the density of codes is known, which has no gradients: take another one "
                "(--prior mixture)"
            )
        return self.log_prob_standardised(self._standardise(z)) - self.scale.log().sum()

    def _standardise(self, z: Tensor) -> Tensor:
        return (z - self.shift) / self.scale

    @abstractmethod
    def fit_standardised(
        self, train: Tensor, validation: Tensor, *, seed: int, reporter: Reporter, cancel: CancelToken
    ) -> None:
        """Learns from codes of mean 0 and variance 1, (n, dims)."""
        raise NotImplementedError

    @abstractmethod
    def log_prob_standardised(self, z: Tensor) -> Tensor:
        """Of codes of mean 0 and variance 1, (n,), in nats; a lower bound where it has no closed form."""
        raise NotImplementedError

    @abstractmethod
    def sample_standardised(self, n: int, temperature: float = 1.0) -> Tensor:
        """Codes of mean 0 and variance 1, (n, dims)."""
        raise NotImplementedError


ex_post_priors: Registry[type[ExPostPrior]] = Registry("prior to fit", "autoencode fit-prior --help")
