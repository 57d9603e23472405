"""The second adversaries of adversarial objectives."""

from dataclasses import dataclass

from torch import nn


@dataclass(frozen=True)
class Adversary:
    """A network that learns beside the model, from a loss of its own: a discriminator, a density-ratio estimator.

    It is trained by Adam, in the same steps as the model. It is no part of the model: the checkpoint keeps it, so that
    a resumed training is exact, and the weights of a finished run do not.

    Args:
        network: what is trained.
        learning_rate: the highest one; it follows the training's schedule, and no option changes it.
        betas: Adam's two decays.
    """

    network: nn.Module
    learning_rate: float = 1e-4
    betas: tuple[float, float] = (0.5, 0.9)
