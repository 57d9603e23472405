"""What every prior offers."""

from abc import abstractmethod

from torch import nn
from torch.distributions import Distribution


class Prior(nn.Module):
    """Gives p(z).

    Args:
        latent_shape: the shape of one code.
    """

    def __init__(self, latent_shape: tuple[int, ...]) -> None:
        super().__init__()
        self.latent_shape = latent_shape

    @abstractmethod
    def forward(self) -> Distribution:
        """p(z) with batch shape () and event shape `latent_shape`."""
        raise NotImplementedError
