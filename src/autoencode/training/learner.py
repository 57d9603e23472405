"""All that a training changes."""

from dataclasses import dataclass

from torch.optim import Optimizer

from autoencode.model import Autoencoder
from autoencode.objectives import Objective
from autoencode.settings import Settings
from autoencode.training.auxiliary_networks import AuxiliaryNetworks
from autoencode.training.ema import ExponentialMovingAverage
from autoencode.training.optimizers import optimizers


@dataclass(frozen=True)
class Learner:
    """The model with everything that is updated together with it; what a checkpoint holds.

    Args:
        model: the model to train.
        objective: computes its loss.
        optimizer: of the model; each group has its highest learning rate as `max_lr`.
        auxiliary: the networks that are trained beside the model.
        ema: the moving average of the weights.
    """

    model: Autoencoder
    objective: Objective
    optimizer: Optimizer
    auxiliary: AuxiliaryNetworks
    ema: ExponentialMovingAverage

    @property
    def learning_rate(self) -> float:
        """The highest learning rate of the model's parameters."""
        return max(group["lr"] for group in self.optimizer.param_groups)

    def set_learning_rate(self, factor: float) -> None:
        """Sets every learning rate to this share of its highest value."""
        for group in self.optimizer.param_groups:
            group["lr"] = group["max_lr"] * factor
        self.auxiliary.set_learning_rate(factor)


def make_learner(model: Autoencoder, objective: Objective, settings: Settings) -> Learner:
    """The learner of a model that is on its device, with new optimizers.

    Raises:
        UnknownNameError: there is no such optimizer.
    """
    rate = {} if settings.learning_rate is None else {"learning_rate": settings.learning_rate}
    optimizer = optimizers[settings.optimizer](model, **rate)
    for group in optimizer.param_groups:
        group["max_lr"] = group["lr"]
    device = next(model.parameters()).device
    return Learner(
        model=model,
        objective=objective,
        optimizer=optimizer,
        auxiliary=AuxiliaryNetworks(objective, device),
        ema=ExponentialMovingAverage(model, settings.ema_decay),
    )
