"""The prior that is a mixture of normals, whose components are clusters."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.distributions import Distribution

from autoencode.distributions.normal_mixture import NormalMixture
from autoencode.errors import ArgumentError
from autoencode.priors.prior import Prior


class MixturePrior(Prior):
    """Σ_k π_k N(z; m_k, diag(s_k²)) with learned weights, locations and scales.

    Left to gradients alone, components share what one of them found first. So the prior remembers the last codes, and
    at step `fit_at` is set to the mixture that expectation-maximisation finds in them:

        step 0 … fit_at: gradients        fit_at: components fitted to the last codes        afterwards: gradients

    Args:
        latent_dim: numbers in a code.
        n_components: K.
        fit_at: the training step at which components are fitted to codes; 0 for never.
        remembered: how many of the last codes they are fitted to; they are kept with the weights, so that a resumed
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

    def __init__(self, latent_dim: int, n_components: int = 10, *, fit_at: int = 0, remembered: int = 5_000) -> None:
        super().__init__((latent_dim,))
        if n_components < 1 or (fit_at and remembered < n_components):
            raise ArgumentError(
                f"a mixture has 1 component or more and as many codes to fit it to, not {n_components} and {remembered}"
            )
        self.fit_at = fit_at
        self.logits = nn.Parameter(torch.zeros(n_components))
        self.loc = nn.Parameter(0.5 * torch.randn(n_components, latent_dim))
        self.log_scale = nn.Parameter(torch.zeros(n_components, latent_dim))
        self.register_buffer("codes", torch.zeros(remembered if fit_at else 0, latent_dim))
        self.register_buffer("seen", torch.zeros(2, dtype=torch.int64))  # steps and codes so far

    def forward(self) -> NormalMixture:
        """p(z) with batch shape () and event shape (latent_dim,)."""
        return NormalMixture(self.logits, self.loc, self.log_scale.exp())

    @torch.no_grad()
    def adapt(self, q: Distribution) -> None:
        """Remembers the means of `q`; at step `fit_at`, fits the components to what is remembered."""
        if not self.fit_at:
            return
        steps, seen = (int(n) for n in self.seen)
        if steps < self.fit_at:
            new = q.mean.detach()[-len(self.codes) :].to(self.codes)
            places = (seen + torch.arange(len(new), device=new.device)) % len(self.codes)
            self.codes[places] = new
            self.seen[1] += len(new)
        elif steps == self.fit_at:
            self.fit(self.codes[: min(seen, len(self.codes))])
        self.seen[0] += 1

    @torch.no_grad()
    def fit(self, codes: Float[Tensor, "n latent"]) -> None:
        """Sets the components to the mixture that expectation-maximisation finds in `codes`, the best of five starts.

        Of fewer codes than components, nothing is learned.
        """
        if len(codes) < len(self.loc):
            return
        from sklearn.mixture import GaussianMixture

        # Full covariances find clusters that lie aslant; their diagonals are then kept.
        fitted = GaussianMixture(
            len(self.loc), n_init=5, reg_covar=_FLOOR, random_state=int(torch.randint(2**31, ()))
        ).fit(codes.cpu().double().numpy())
        variances = torch.as_tensor(fitted.covariances_).diagonal(dim1=1, dim2=2)
        self.logits.copy_(torch.as_tensor(fitted.weights_).log())
        self.loc.copy_(torch.as_tensor(fitted.means_))
        self.log_scale.copy_(0.5 * variances.log())


_FLOOR = 1e-4
"""Added to the fitted variances, so that no component shrinks to a point."""
