"""What a training leaves in numbers."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """How a training stands."""

    RUNNING = "running"
    COMPLETE = "complete"
    STOPPED_EARLY = "stopped early"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class EpochMetrics:
    """One line of metrics.jsonl.

    Args:
        step: training steps done.
        epoch: passes through the data done; a fraction at the end of a shortened training.
        train: means over the epoch's steps, in nats for each example, of the loss and its terms.
        validation: the same over the validation part, with the weights that would be kept.
        learning_rate: the highest of the epoch's last step.
        best: whether the validation loss was the best so far.
        seconds: training time so far, preparation and validation included, all pieces of a resumed run added.
        examples_per_second: in training alone, over this epoch.
    """

    step: int
    epoch: float
    train: dict[str, float]
    validation: dict[str, float]
    learning_rate: float
    best: bool
    seconds: float
    examples_per_second: float

    def as_dict(self) -> dict[str, Any]:
        """The line as JSON."""
        return asdict(self)


@dataclass
class History:
    """The epochs of a training, and how it ended."""

    epochs: list[EpochMetrics] = field(default_factory=list[EpochMetrics])
    status: Status = Status.RUNNING

    @property
    def best(self) -> EpochMetrics | None:
        """The epoch whose weights were kept."""
        return next((record for record in reversed(self.epochs) if record.best), None)
