"""A mixture of normals as the prior, whose components are clusters."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from torch.distributions import Categorical, Distribution, MixtureSameFamily, MultivariateNormal

from autoencode.distributions.normal_mixture import NormalMixture
from autoencode.errors import ArgumentError
from autoencode.priors.prior import Prior


class MixturePrior(Prior):
    """Σ_k π_k N(z; m_k, S_k) with learned weights, locations and covariances, diagonal or full.

    Trained by gradients alone, the components tend to divide one cluster among them. So with `fit_step`, all components
    start as the same normal and the prior keeps recent codes; at step `fit_step` the mixture is fitted to these by
    expectation-maximisation, and from there it is trained by gradients:

        step 0 … fit_step: one normal        fit_step: components fitted to recent codes        afterwards: K normals

    Args:
        latent_dim: dimensions of the latent code.
        n_components: K.
        full: full covariances in place of diagonal ones.
        fit_step: training step at which the components are fitted to codes; 0 for never, with random initial means.
        buffer_size: number of recent codes that they are fitted to; a buffer of the module, so that a resumed training
            is exact.

    Raises:
        ArgumentError: fewer than one component, or a buffer smaller than the number of components.

    References:
        Jiang et al., "Variational deep embedding", IJCAI 2017, equations 1-4 and section 4.3 (the initialisation).

    Example:
        >>> MixturePrior(2, 10)().sample((4,)).shape
        torch.Size([4, 2])
    """

    codes: Tensor
    seen: Tensor

    def __init__(
        self,
        latent_dim: int,
        n_components: int = 10,
        *,
        full: bool = False,
        fit_step: int = 0,
        buffer_size: int = 5_000,
    ) -> None:
        super().__init__((latent_dim,))
        if n_components < 1 or (fit_step and buffer_size < n_components):
            raise ArgumentError(
                f"MixturePrior needs 1 component or more and a buffer of as many codes or more, not {n_components} and "
                f"{buffer_size}"
            )
        self.fit_step = fit_step
        self.logits = nn.Parameter(torch.zeros(n_components))
        self.loc = nn.Parameter((0.0 if fit_step else 1.0) * torch.randn(n_components, latent_dim))
        self.log_scale = nn.Parameter(torch.zeros(n_components, latent_dim))
        self.factor = nn.Parameter(torch.zeros(n_components, latent_dim, latent_dim)) if full else None
        self.register_buffer("codes", torch.zeros(buffer_size if fit_step else 0, latent_dim))
        self.register_buffer("seen", torch.zeros(2, dtype=torch.int64))  # steps and codes so far

    @property
    def cholesky(self) -> Float[Tensor, "components latent latent"]:
        """The Cholesky factors of the covariances, with the scales on the diagonal."""
        scales = torch.diag_embed(self.log_scale.exp())
        return scales if self.factor is None else scales + self.factor.tril(-1)

    def forward(self) -> NormalMixture | MixtureSameFamily:
        """p(z) with batch shape () and event shape (latent_dim,)."""
        if self.factor is None:
            return NormalMixture(self.logits, self.loc, self.log_scale.exp())
        return MixtureSameFamily(
            Categorical(logits=self.logits, validate_args=False), self._components(), validate_args=False
        )

    def _components(self) -> MultivariateNormal:
        return MultivariateNormal(self.loc, scale_tril=self.cholesky, validate_args=False)

    def responsibilities(self, z: Float[Tensor, "*batch latent"]) -> Float[Tensor, "*batch components"]:
        """p(k|z), the probability of each component given a code."""
        each = self._components().log_prob(z.unsqueeze(-2))
        return (self.logits.log_softmax(0) + each).softmax(-1)

    def clusters(self, z: Float[Tensor, "*batch latent"]) -> Int64[Tensor, "*batch"]:
        """The most probable component of each code."""
        return self.responsibilities(z).argmax(-1)

    @torch.no_grad()
    def adapt(self, q: Distribution) -> None:
        """Stores the means of `q`; at step `fit_step`, fits the components to the stored means."""
        if not self.fit_step:
            return
        steps, seen = (int(n) for n in self.seen)
        if steps < self.fit_step:
            new = q.mean.detach()[-len(self.codes) :].to(self.codes)
            places = (seen + torch.arange(len(new), device=new.device)) % len(self.codes)
            self.codes[places] = new
            self.seen[1] += len(new)
        elif steps == self.fit_step:
            self.fit(self.codes[: min(seen, len(self.codes))])
        self.seen[0] += 1

    @torch.no_grad()
    def fit(self, codes: Float[Tensor, "n latent"]) -> None:
        """Fits the components to `codes` by expectation-maximisation.

        Of ten starts, the one with the most even weights is taken: the likeliest one often uses two components for one
        dense cluster and one for two others. With fewer codes than components, nothing is fitted.
        """
        if len(codes) < len(self.loc):
            return
        fits = [_expectation_maximisation(codes, len(self.loc)) for _ in range(_STARTS)]
        weights, locs, covariances = max(fits, key=lambda fit: Categorical(fit[0]).entropy().item())
        self.logits.copy_(weights.log())
        self.loc.copy_(locs)
        if self.factor is None:
            self.log_scale.copy_(0.5 * covariances.diagonal(dim1=1, dim2=2).log())
        else:
            lower = torch.linalg.cholesky(covariances)
            self.log_scale.copy_(lower.diagonal(dim1=1, dim2=2).log())
            self.factor.copy_(lower.tril(-1))


_STARTS = 10
_FLOOR = 1e-4
"""Added to the fitted variances, so that no component collapses to a point."""


def _expectation_maximisation(codes: Tensor, n_components: int) -> tuple[Tensor, Tensor, Tensor]:
    """Weights, means and full covariances, in float64; the start is drawn from the global generator.

    Covariances are full even if only their diagonals are used: these find clusters that are not aligned with the axes.
    """
    from sklearn.mixture import GaussianMixture

    seed = int(torch.randint(2**31, ()))
    fitted = GaussianMixture(n_components, reg_covar=_FLOOR, max_iter=200, random_state=seed)
    fitted.fit(codes.cpu().double().numpy())
    parts = (fitted.weights_, fitted.means_, fitted.covariances_)
    weights, locs, covariances = (torch.as_tensor(part) for part in parts)
    return weights, locs, covariances
