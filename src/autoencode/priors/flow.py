"""The prior that is a normalizing flow."""

from torch.distributions import Distribution

from autoencode.distributions.zuko_flows import flow
from autoencode.priors.prior import Prior


class FlowPrior(Prior):
    """p(z) = N(f⁻¹(z); 0, I) |det ∂f⁻¹/∂z|, with f learned beside the rest of the model.

        u ~ N(0, I) ─► f ─► z

    It starts as the standard normal, and has no closed-form KL: the rate is estimated from the drawn codes.

    Args:
        latent_dim: numbers in a code.
        kind: nsf, maf or coupling; see `autoencode.distributions.flows`.
        transforms: how many are composed.
        hidden: units of the two hidden layers of each transform's network.

    References:
        Chen et al., "Variational lossy autoencoder", ICLR 2017, equation 13; Durkan et al., "Neural spline flows",
        NeurIPS 2019.

    Example:
        >>> FlowPrior(3)().sample((4,)).shape
        torch.Size([4, 3])
    """

    def __init__(self, latent_dim: int, kind: str = "nsf", transforms: int = 3, hidden: int = 64) -> None:
        super().__init__((latent_dim,))
        self.flow = flow(kind, latent_dim, transforms=transforms, hidden=(hidden, hidden))

    def forward(self) -> Distribution:
        """p(z) with batch shape () and event shape (latent_dim,)."""
        return self.flow()
