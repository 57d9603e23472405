"""The VampPrior: a mixture of the model's posteriors."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Independent, Normal

from autoencode.distributions.normal_mixture import NormalMixture
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.priors.prior import Prior


class VampPrior(Prior):
    """1/K Σ_k q(z|u_k): the mixture of the posteriors of K learned pseudo-inputs.

        u_1 … u_K ─► encoder ─► posterior ─► q(z|u_1) … q(z|u_K)

    Args:
        encoder: the encoder of the model, shared with it.
        posterior: the diagonal normal posterior of the model, shared with it.
        latent_dim: dimensions of the latent code.
        data_shape: shape of one example, and of one pseudo-input.
        n_components: K.
        bounded: whether values lie in [0, 1]; pseudo-inputs are then sigmoids of the parameters.

    Raises:
        ArgumentError: fewer than one component.

    References:
        Tomczak and Welling, "VAE with a VampPrior", AISTATS 2018, equation 9. There the pseudo-inputs are clamped
        to [0, 1], which has no gradient outside; here they are sigmoids.
    """

    def __init__(
        self,
        encoder: nn.Module,
        posterior: Callable[[Tensor], Distribution],
        latent_dim: int,
        data_shape: Sequence[int],
        n_components: int = 500,
        *,
        bounded: bool = True,
    ) -> None:
        super().__init__((latent_dim,))
        if n_components < 1:
            raise ArgumentError(f"VampPrior needs 1 component or more, not {n_components}")
        self._shared = (encoder, posterior)  # in a tuple, so that their weights are the model's alone
        self.bounded = bounded
        self.inputs = nn.Parameter(torch.randn(n_components, *data_shape))

    @property
    def pseudo_inputs(self) -> Tensor:
        """The pseudo-inputs, (components, *data_shape)."""
        # Scaled and shifted, initial values are mostly dark with some bright ones, as in images.
        return torch.sigmoid(2 * self.inputs - 2) if self.bounded else self.inputs

    def forward(self) -> NormalMixture:
        """p(z) with batch shape () and event shape (latent_dim,).

        Raises:
            CapabilityError: the posterior is not a diagonal normal.
        """
        encoder, posterior = self._shared
        q = posterior(encoder(self.pseudo_inputs).to(self.inputs.dtype))
        if not (isinstance(q, Independent) and isinstance(q.base_dist, Normal)):
            raise CapabilityError("VampPrior needs a model with a DiagonalNormalPosterior")
        weights = torch.full((len(self.inputs),), -math.log(len(self.inputs)), device=self.inputs.device)
        return NormalMixture(weights.to(q.mean.dtype), q.mean, q.stddev)
