"""The base class of posteriors."""

from abc import abstractmethod

from jaxtyping import Float
from torch import Tensor, nn
from torch.distributions import Distribution


class Posterior(nn.Module):
    """Maps the encoder's features to q(z|x).

    Args:
        latent_shape: shape of one code.
    """

    def __init__(self, latent_shape: tuple[int, ...]) -> None:
        super().__init__()
        self.latent_shape = latent_shape

    @abstractmethod
    def forward(self, features: Float[Tensor, "batch ..."]) -> Distribution:
        """q(z|x) with batch shape (batch,) and event shape `latent_shape`."""
        raise NotImplementedError

    def adapt(self, q: Distribution) -> None:
        """Called once per training step, after decoding: updates what no gradient reaches, such as a codebook.

        Args:
            q: the result of `forward` in this step.
        """
