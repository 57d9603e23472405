"""The base class of priors."""

from abc import abstractmethod

from torch import Tensor, nn
from torch.distributions import Distribution


class Prior(nn.Module):
    """Returns p(z).

    Args:
        latent_shape: shape of one code.
    """

    def __init__(self, latent_shape: tuple[int, ...]) -> None:
        super().__init__()
        self.latent_shape = latent_shape

    @abstractmethod
    def forward(self) -> Distribution:
        """p(z) with batch shape () and event shape `latent_shape`."""
        raise NotImplementedError

    def with_context(self, z: Tensor, context: Tensor) -> Tensor:
        """Codes in which parts that the context fixes take the place of what was read in the example, for training.

        By default they stay as they are.

        Args:
            z: draws from q(z|x), (n_samples, batch, *latent_shape).
            context: of each example, (batch, ...).
        """
        del context
        return z

    def adapt(self, q: Distribution) -> None:
        """Called once per training step, before `forward`: updates what no gradient reaches, such as fitted components.

        Args:
            q: the posterior of this step's examples, batch shape (batch,).
        """
