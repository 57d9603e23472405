"""The posterior of binary codes."""

from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution, Independent

from autoencode.distributions.relaxed import RelaxedBernoulliCode
from autoencode.nn.linear import Linear
from autoencode.posteriors.annealed_temperature import AnnealedTemperature
from autoencode.posteriors.posterior import Posterior


class BernoulliPosterior(Posterior):
    """Independent bits, relaxed in training and only there.

        training:    z between 0 and 1, with gradients; the KL is that of the bits     no bound on log p(x)
        evaluation:  z of 0 and 1, with their mass                                     a bound on log p(x)

    In evaluation `rsample` is rounded as well, so that validation judges the model of bits.

    Args:
        in_features: the encoder's `out_features`.
        latent_dim: bits in a code.
        temperature: of the relaxation.
        straight_through: whether codes are rounded in training too, with the gradient of what was rounded.

    References:
        Maddison, Mnih and Teh, "The concrete distribution", ICLR 2017, appendices B and C.
    """

    def __init__(
        self,
        in_features: int,
        latent_dim: int,
        temperature: AnnealedTemperature | None = None,
        *,
        straight_through: bool = False,
    ) -> None:
        super().__init__((latent_dim,))
        self.head = Linear(in_features, latent_dim)
        self.temperature, self.straight_through = temperature or AnnealedTemperature(2 / 3, 2 / 3, 0), straight_through

    def forward(self, features: Float[Tensor, "batch features"]) -> Independent:
        """q(z|x) with batch shape (batch,) and event shape (latent_dim,)."""
        hard = self.straight_through or not self.training
        code = RelaxedBernoulliCode(self.head(features), self.temperature(), hard=hard)
        return Independent(code, 1, validate_args=False)

    def adapt(self, q: Distribution) -> None:
        """Lets the temperature fall."""
        self.temperature.step()
