"""What makes the training steps."""

from abc import ABC, abstractmethod
from typing import ClassVar

from torch.optim import Optimizer

from autoencode.data import Batch, Batches
from autoencode.training.auxiliary_networks import AuxiliaryNetworks
from autoencode.training.execution.train_step import TrainStep, training_step


class StepExecutor(ABC):
    """A way to make training steps. All ways give the same weights, up to rounding."""

    is_compiled: ClassVar[bool]
    """Whether steps are compiled programs or recordings."""

    @abstractmethod
    def run(self, rows: Batch, step: int) -> dict[str, float]:
        """Makes one step and updates the weights.

        Args:
            rows: the examples as they are stored, from `Batches.gather`.
            step: the number of the step.

        Returns:
            The loss and the means of its terms, in nats per example.

        Raises:
            DivergenceError: the loss or the gradient is not finite; the weights are then as they were before the step.
        """
        raise NotImplementedError


class EagerStep(StepExecutor):
    """Makes each step operation by operation.

    Args:
        train_step: the model and its objective.
        optimizer: of the model.
        auxiliary: the networks trained beside the model.
        batches: makes batches of stored examples.
        grad_clip: the largest norm of the gradient.
    """

    is_compiled = False

    def __init__(
        self,
        train_step: TrainStep,
        optimizer: Optimizer,
        auxiliary: AuxiliaryNetworks,
        batches: Batches,
        grad_clip: float | None = None,
    ) -> None:
        self.train_step, self.optimizer, self.auxiliary = train_step, optimizer, auxiliary
        self.batches, self.grad_clip = batches, grad_clip

    def run(self, rows: Batch, step: int) -> dict[str, float]:
        """As `StepExecutor.run`."""
        batch = self.batches.prepare(rows)
        return training_step(self.train_step, self.optimizer, self.auxiliary, batch, step, self.grad_clip)
