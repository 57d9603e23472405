"""Networks that are trained beside the model: critics, discriminators, feature extractors."""

from dataclasses import dataclass

from torch import nn


@dataclass(frozen=True)
class AuxiliaryNetwork:
    """A network that is trained beside the model on a loss of its own, such as a discriminator.

    Adam updates it in the same steps as the model. It is not part of the model: checkpoints contain it, so that a
    resumed training is exact, and the weights of a finished run do not.

    Args:
        network: the module whose parameters are trained.
        learning_rate: the peak learning rate; it follows the schedule of the training.
        betas: Adam's two decay rates.
    """

    network: nn.Module
    learning_rate: float = 1e-4
    betas: tuple[float, float] = (0.5, 0.9)
