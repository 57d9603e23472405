"""Normals with full covariances, one or many, fitted to codes by expectation-maximisation."""

from typing import Any

import torch
from torch import Tensor
from torch.distributions import Categorical, MixtureSameFamily, MultivariateNormal

from autoencode.distributions import tempered
from autoencode.errors import ArgumentError
from autoencode.latent.ex_post.prior import MAX_COVARIANCE_SIZE, ExPostPrior, ex_post_priors
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, track

_COMPONENTS, _FLOOR = 10, 1e-6
"""Normals in a mixture; what is added to the variances of standardised codes."""


_CODES_PER_NUMBER = 4
"""A full covariance is fitted to so many codes for each of its numbers, or it is shrunk."""


def max_components(n_codes: int, dims: int) -> int:
    """How many normals with full covariances so many codes can tell apart; 1 at least."""
    return max(1, n_codes // (_CODES_PER_NUMBER * dims))


@ex_post_priors.register("mixture")
class FittedMixture(ExPostPrior):
    """A mixture of normals with full covariances, the best of three starts of scikit-learn's GaussianMixture.

    Args:
        dims: latent dimensions.
        n_components: how many normals.

    References:
        Ghosh et al., "From variational to deterministic autoencoders", ICLR 2020, section 4, where 10 are used; for few
        codes Ledoit and Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", Journal of
        Multivariate Analysis 88, 2004.
    """

    max_dims = MAX_COVARIANCE_SIZE

    weights: Tensor
    locs: Tensor
    factors: Tensor

    def __init__(self, dims: int, *, n_components: int = _COMPONENTS) -> None:
        super().__init__(dims)
        if n_components < 1:
            raise ArgumentError(f"a mixture has 1 component or more, not {n_components}")
        self.n_components = n_components
        self.register_buffer("weights", torch.full((n_components,), 1 / n_components))
        self.register_buffer("locs", torch.zeros(n_components, dims))
        self.register_buffer("factors", torch.eye(dims).repeat(n_components, 1, 1))

    @classmethod
    def default_options(cls, n_codes: int, dims: int) -> dict[str, Any]:
        """Ten normals, fewer where the codes are too few for their covariances."""
        return {"n_components": min(_COMPONENTS, max_components(n_codes, dims))}

    def fit_standardised(
        self, train: Tensor, validation: Tensor, *, seed: int, reporter: Reporter, cancel: CancelToken
    ) -> None:
        """Sets weights, locations and the Cholesky factors of the covariances."""
        from sklearn.mixture import GaussianMixture

        most = max_components(len(train), train.shape[1])
        if self.n_components > most:
            raise ArgumentError(
                f"{self.n_components} normals of {train.shape[1]} numbers need "
                f"{_CODES_PER_NUMBER * self.n_components * train.shape[1]:,} codes, and there are {len(train):,}: "
                f"take --n-components {most}, or leave it out"
            )
        if len(train) < _CODES_PER_NUMBER * train.shape[1]:
            self._fit_shrunk(train)
            return
        starts = 3 if self.n_components > 1 else 1
        fitted = GaussianMixture(self.n_components, n_init=starts, reg_covar=_FLOOR, random_state=seed)
        with track(reporter, f"fitting {self.n_components} normals to {len(train):,} codes", cancel=cancel):
            fitted.fit(train.double().numpy())
        self.weights.copy_(torch.as_tensor(fitted.weights_))
        self.locs.copy_(torch.as_tensor(fitted.means_))
        self.factors.copy_(torch.linalg.cholesky(torch.as_tensor(fitted.covariances_)))

    def _fit_shrunk(self, train: Tensor) -> None:
        """One normal from few codes: the covariance is shrunk towards a multiple of the identity."""
        from sklearn.covariance import LedoitWolf

        fitted = LedoitWolf().fit(train.double().numpy())
        self.weights.fill_(1.0)
        self.locs.copy_(torch.as_tensor(fitted.location_)[None])
        covariance = torch.as_tensor(fitted.covariance_) + _FLOOR * torch.eye(train.shape[1], dtype=torch.float64)
        self.factors.copy_(torch.linalg.cholesky(covariance)[None])

    def distribution(self) -> MixtureSameFamily:
        """Of standardised codes, batch shape () and event shape (dims,)."""
        each = MultivariateNormal(self.locs, scale_tril=self.factors, validate_args=False)
        return MixtureSameFamily(Categorical(self.weights, validate_args=False), each, validate_args=False)

    def log_prob_standardised(self, z: Tensor) -> Tensor:
        """(n,), in nats."""
        return torch.cat([self.distribution().log_prob(some) for some in z.split(5_000)])

    def sample_standardised(self, n: int, temperature: float = 1.0) -> Tensor:
        """(n, dims)."""
        return tempered(self.distribution(), temperature).sample((n,))


@ex_post_priors.register("normal")
class FittedNormal(FittedMixture):
    """One normal with a full covariance.

    Args:
        dims: latent dimensions.
    """

    def __init__(self, dims: int) -> None:
        super().__init__(dims, n_components=1)

    @classmethod
    def default_options(cls, n_codes: int, dims: int) -> dict[str, Any]:
        """None."""
        return {}
