"""What every posterior offers."""

from abc import abstractmethod

from jaxtyping import Float
from torch import Tensor, nn
from torch.distributions import Distribution


class Posterior(nn.Module):
    """Turns the encoder's features into q(z|x).

    Args:
        latent_shape: the shape of one code.
    """

    def __init__(self, latent_shape: tuple[int, ...]) -> None:
        super().__init__()
        self.latent_shape = latent_shape

    @abstractmethod
    def forward(self, features: Float[Tensor, "batch ..."]) -> Distribution:
        """q(z|x) with batch shape (batch,) and event shape `latent_shape`."""
        raise NotImplementedError

    def adapt(self, q: Distribution) -> None:
        """Called once a training step, after the decoding: updates what no gradient reaches, such as a codebook.

        Args:
            q: what `forward` returned in this step.
        """
