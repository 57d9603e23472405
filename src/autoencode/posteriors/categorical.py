"""The posterior of categorical codes."""

from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution

from autoencode.distributions.relaxed import OneHotCode
from autoencode.nn.linear import Linear
from autoencode.posteriors.annealed_temperature import AnnealedTemperature
from autoencode.posteriors.posterior import Posterior


class CategoricalPosterior(Posterior):
    """Independent categorical variables, relaxed in training and only there.

        training:    z inside the simplex, with gradients; the KL is that of the classes     no bound on log p(x)
        evaluation:  z of one-hot vectors, with their mass                                   a bound on log p(x)

    In evaluation `rsample` is rounded as well, so that validation judges the model of classes.

    Args:
        in_features: the encoder's `out_features`.
        n_latents: variables.
        n_classes: of each; a code is n_latents · n_classes numbers.
        temperature: of the relaxation; from 1 to 0.5 in 10,000 steps by default.
        straight_through: whether codes are rounded in training too, with the gradient of what was rounded.

    References:
        Jang, Gu and Poole, "Categorical reparameterization with Gumbel-softmax", ICLR 2017, equation 2.
    """

    def __init__(
        self,
        in_features: int,
        n_latents: int,
        n_classes: int,
        temperature: AnnealedTemperature | None = None,
        *,
        straight_through: bool = False,
    ) -> None:
        super().__init__((n_latents * n_classes,))
        self.shape = (n_latents, n_classes)
        self.head = Linear(in_features, n_latents * n_classes)
        self.temperature, self.straight_through = temperature or AnnealedTemperature(1.0, 0.5, 10_000), straight_through

    def forward(self, features: Float[Tensor, "batch features"]) -> OneHotCode:
        """q(z|x) with batch shape (batch,) and event shape (n_latents · n_classes,)."""
        hard = self.straight_through or not self.training
        return OneHotCode(self.head(features).unflatten(-1, self.shape), self.temperature(), hard=hard)

    def adapt(self, q: Distribution) -> None:
        """Lets the temperature fall."""
        self.temperature.step()
