"""The posterior that is a normalizing flow."""

from jaxtyping import Float
from torch import Tensor
from torch.distributions import Independent, Normal

from autoencode.distributions.pushforward import Pushforward
from autoencode.distributions.zuko_flows import flow
from autoencode.nn.dense import Linear
from autoencode.nn.positive import bounded_exp
from autoencode.posteriors.posterior import Posterior


class FlowPosterior(Posterior):
    """A diagonal normal transformed by a flow, both conditioned on the encoder's features.

        features ─► head ─► N(μ, diag σ²) ─► u ─► flow(features) ─► z

    A fresh flow is the identity, so training starts with the diagonal normal. There is no closed-form KL: it is
    estimated from the drawn codes and their densities.

    Args:
        in_features: the encoder's `out_features`.
        latent_dim: dimensions of the latent code.
        kind: the flow. "iaf", "inverse-nsf" and "coupling" sample in one pass; "maf" and "nsf" need one for each
            latent dimension.
        transforms: number of transforms; each reverses the order of the dimensions.
        hidden: units of the two hidden layers of each transform's network.

    References:
        Kingma et al., "Improved variational inference with inverse autoregressive flow", NeurIPS 2016, equations 9 to
        11. There a sigmoid gates each step (equations 13 and 14) and the features enter once; here z = exp(a) u + b
        with a between −6.9 and 6.9, and the features are an input of each network.

    Example:
        >>> import torch
        >>> FlowPosterior(16, 3)(torch.zeros(5, 16)).rsample((4,)).shape
        torch.Size([4, 5, 3])
    """

    def __init__(
        self, in_features: int, latent_dim: int, kind: str = "iaf", transforms: int = 2, hidden: int = 128
    ) -> None:
        super().__init__((latent_dim,))
        self.head = Linear(in_features, 2 * latent_dim)
        self.flow = flow(kind, latent_dim, in_features, transforms=transforms, hidden=(hidden, hidden))

    def forward(self, features: Float[Tensor, "batch features"]) -> Pushforward:
        """q(z|x) with batch shape (batch,) and event shape (latent_dim,)."""
        loc, log_scale = self.head(features).chunk(2, dim=-1)
        scale = bounded_exp(log_scale)
        base = Independent(Normal(loc, scale, validate_args=False), 1, validate_args=False)
        return Pushforward(base, self.flow.transform(features))
