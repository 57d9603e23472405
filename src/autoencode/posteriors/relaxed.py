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
    """A temperature that falls exponentially from `first` to `last` over `steps` training steps.

    Its value is a buffer, so a resumed training continues from it.

    Args:
        first: initial temperature, above 0.
        last: final temperature, above 0 and at most `first`.
        steps: training steps of the annealing; 0 starts with `last`.

    Raises:
        ArgumentError: a temperature outside its range, or fewer than 0 steps.

    References:
        Jang, Gu and Poole, "Categorical reparameterization with Gumbel-softmax", ICLR 2017, section 4.2: there
        τ = max(0.5, exp(−r t)), and a new τ every 500 or 1,000 steps; here at every step.
    """

    value: Tensor

    def __init__(self, first: float, last: float, steps: int) -> None:
        super().__init__()
        if not 0 < last <= first or steps < 0:
            raise ArgumentError(
                f"a temperature falls from first to last, both above 0, in 0 steps or more, not from {first} to {last} "
                f"in {steps}"
            )
        self.last, self.factor = last, (last / first) ** (1 / steps) if steps else 1.0
        self.register_buffer("value", torch.tensor(float(first if steps else last)))

    def forward(self) -> Tensor:
        """The current temperature, a copy that the next step does not change."""
        return self.value.clone()

    @torch.no_grad()
    def step(self) -> None:
        """Lowers the temperature by one step."""
        self.value.mul_(self.factor).clamp_(min=self.last)


class BernoulliPosterior(Posterior):
    """Independent bits, relaxed in training mode only.

        training:    z between 0 and 1, with gradients; the KL is that of the bits     no bound on log p(x)
        evaluation:  z of 0 and 1, with their probability mass                         a bound on log p(x)

    In evaluation mode `rsample` is rounded as well, so that validation measures the model of bits.

    Args:
        in_features: the encoder's `out_features`.
        latent_dim: bits in a code.
        temperature: of the relaxation; a constant 2/3 by default.
        straight_through: round codes in training too, with the gradient of the relaxed codes.

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
        """Lowers the temperature by one step."""
        self.temperature.step()


class CategoricalPosterior(Posterior):
    """Independent categorical variables, relaxed in training mode only.

        training:    z inside the simplex, with gradients; the KL is that of the categories     no bound on log p(x)
        evaluation:  z of one-hot vectors, with their probability mass                          a bound on log p(x)

    In evaluation mode `rsample` is rounded as well, so that validation measures the model of categories.

    Args:
        in_features: the encoder's `out_features`.
        n_latents: categorical variables in a code.
        n_classes: categories of each; a code has n_latents · n_classes numbers.
        temperature: of the relaxation; from 1 to 0.5 in 10,000 steps by default.
        straight_through: round codes in training too, with the gradient of the relaxed codes.

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
        """Lowers the temperature by one step."""
        self.temperature.step()
