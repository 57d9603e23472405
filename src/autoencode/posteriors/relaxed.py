"""Posteriors of bits and categories, which are relaxed in training so that gradients pass through."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.distributions import Distribution, Independent

from autoencode.distributions.relaxed import OneHotCode, RelaxedBernoulliCode
from autoencode.errors import ArgumentError
from autoencode.nn.dense import Linear
from autoencode.posteriors.posterior import Posterior


class AnnealedTemperature(nn.Module):
    """A number that falls from `first` to `last` by the same factor at each of `steps` steps.

    It is kept with the weights: a resumed training goes on where it was.

    Args:
        first: at the beginning, above 0.
        last: at the end, not above `first`.
        steps: training steps from one to the other; 0 for `last` at once.

    Raises:
        ArgumentError: temperatures that are not above 0 or that rise, or fewer than 0 steps.

    References:
        Jang, Gu and Poole, "Categorical reparameterization with Gumbel-softmax", ICLR 2017, section 4.2: there
        τ = max(0.5, exp(−r t)), and a new τ every 500 or 1,000 steps; here at every step.
    """

    value: Tensor

    def __init__(self, first: float, last: float, steps: int) -> None:
        super().__init__()
        if not 0 < last <= first or steps < 0:
            raise ArgumentError(f"a temperature falls to a number above 0, not from {first} to {last} in {steps} steps")
        self.last, self.factor = last, (last / first) ** (1 / steps) if steps else 1.0
        self.register_buffer("value", torch.tensor(float(first if steps else last)))

    def forward(self) -> Tensor:
        """The temperature now, a copy: the next step does not change it."""
        return self.value.clone()

    @torch.no_grad()
    def step(self) -> None:
        """Lets it fall once."""
        self.value.mul_(self.factor).clamp_(min=self.last)


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
