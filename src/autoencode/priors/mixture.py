"""The prior that is a mixture of normals, whose components are clusters."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from torch.distributions import Categorical, Distribution, MixtureSameFamily, MultivariateNormal

from autoencode.distributions.normal_mixture import NormalMixture
from autoencode.errors import ArgumentError
from autoencode.priors.prior import Prior


class MixturePrior(Prior):
    """Σ_k π_k N(z; m_k, S_k) with learned weights, locations and covariances, diagonal or full.

    Left to gradients alone, components share what one of them found first. So where `fit_step` is given, the components
    start as one, and the prior remembers codes; at step `fit_step` it becomes the mixture that expectation-maximisation
    finds in them, and learns by gradients from there:

        step 0 … fit_step: one normal        fit_step: components fitted to the last codes        afterwards: K normals

    Args:
        latent_dim: numbers in a code.
        n_components: K.
        full: whether covariances are full rather than diagonal.
        fit_step: the training step at which components are fitted to codes; 0 for never, and components then start spread
            at random.
        buffer_size: how many of the last codes they are fitted to; these are kept with the weights, so that a resumed
            training is exact.

    Raises:
        ArgumentError: fewer than one component, or fewer remembered codes than components.

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
                f"a mixture has 1 component or more and as many codes to fit it to, not {n_components} and {buffer_size}"
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
        """The factors of the covariances: scales on the diagonal, and below it what correlates dimensions."""
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
        """Remembers the means of `q`; at step `fit_step`, fits the components to what is remembered."""
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
        """Sets the components to a mixture that expectation-maximisation finds in `codes`.

        Of ten starts, the one whose components weigh most evenly is taken: the likeliest one often gives two components
        to one tight class and one to two. Of fewer codes than components nothing is learned.
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
"""Added to the fitted variances, so that no component shrinks to a point."""


def _expectation_maximisation(codes: Tensor, n_components: int) -> tuple[Tensor, Tensor, Tensor]:
    """Weights, locations and full covariances, in float64; the start is drawn from the global generator.

    Covariances are full even where their diagonals alone are kept: they find clusters that lie aslant.
    """
    from sklearn.mixture import GaussianMixture

    seed = int(torch.randint(2**31, ()))
    fitted = GaussianMixture(n_components, reg_covar=_FLOOR, max_iter=200, random_state=seed)
    fitted.fit(codes.cpu().double().numpy())
    parts = (fitted.weights_, fitted.means_, fitted.covariances_)
    weights, locs, covariances = (torch.as_tensor(part) for part in parts)
    return weights, locs, covariances
