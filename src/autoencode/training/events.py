"""What a training reports besides its progress."""

from collections.abc import Mapping
from dataclasses import dataclass

from autoencode.runs.metrics import EpochMetrics
from autoencode.runs.plan import Plan
from autoencode.runs.record import Status
from autoencode.runtime.reporter import Event
from autoencode.training.history import History, format_steps


@dataclass(frozen=True)
class TrainingStarted(Event):
    """The first step is about to be made.

    Args:
        first_step: steps that were made before; 0 for a new training.
        steps_per_epoch: training steps in a pass through the data.
        plan: what was decided.
        first_epoch: passes through the data that were made before.
    """

    first_step: int
    steps_per_epoch: int
    plan: Plan
    first_epoch: float = 0.0


@dataclass(frozen=True)
class StepFinished(Event):
    """A training step was made.

    Args:
        step: training steps made so far.
        examples: examples in this step.
        terms: the loss and the means of its terms over these examples, in nats per example.
    """

    step: int
    examples: int
    terms: Mapping[str, float]


@dataclass(frozen=True)
class EpochFinished(Event):
    """An epoch was trained and validated.

    Args:
        metrics: its line in metrics.jsonl.
    """

    metrics: EpochMetrics


@dataclass(frozen=True)
class PlanChanged(Event):
    """The training will end after another number of steps, as steps take more or less time than estimated.

    Args:
        plan: the new plan.
    """

    plan: Plan


@dataclass(frozen=True)
class TrainingFinished(Event):
    """The training has ended; `history.status` says why.

    Args:
        history: the metrics of all epochs, those before a resume included.
        step: training steps made in all.
        steps_per_epoch: training steps in a pass through the data.
        plan: what was planned at the end.
        seconds: of training in all.
    """

    history: History
    step: int
    steps_per_epoch: int
    plan: Plan
    seconds: float

    def __str__(self) -> str:
        """What was made, in one line."""
        made = format_steps(self.step, self.history.epoch_at(self.step, self.steps_per_epoch))
        return f"training {self.history.status} after {made} in {_duration(self.seconds)}"

    @property
    def shortfall(self) -> str | None:
        """One line where the minutes did not suffice for all steps; None where they did."""
        wanted = self.plan.max_steps
        if self.history.status is not Status.COMPLETE or wanted is None or self.step >= wanted:
            return None
        return f"{self.step:,} of about {wanted:,} steps fitted into the time"

    @property
    def learned_nothing(self) -> bool:
        """Whether the minutes sufficed for so few steps that the model is as good as untrained.

        That is fewer than a hundredth of the steps, or fewer than a twentieth and less than one epoch.
        """
        wanted = self.plan.max_steps
        if self.shortfall is None or wanted is None:
            return False
        return self.step < max(wanted / 100, min(wanted / 20, self.steps_per_epoch))


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.1f} minutes" if seconds >= 60 else f"{seconds:.0f} seconds"
