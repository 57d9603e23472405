"""The prior that is a normalizing flow."""

from torch.distributions import Distribution

from autoencode.distributions.zuko_flows import flow
from autoencode.priors.prior import Prior


class FlowPrior(Prior):
    """p(z) = N(f⁻¹(z); 0, I) |det ∂f⁻¹/∂z|, with f trained together with the model.

        u ~ N(0, I) ─► f ─► z

    It starts as the standard normal. There is no closed-form KL: it is estimated from the drawn codes.

    Args:
        latent_dim: dimensions of the latent code.
        kind: nsf, maf or coupling; see `autoencode.distributions.flows`.
        transforms: number of transforms.
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
