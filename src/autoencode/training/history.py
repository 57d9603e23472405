"""The metrics of a training, epoch by epoch."""

from dataclasses import dataclass, field

from autoencode.runs.metrics import EpochMetrics
from autoencode.runs.record import Status


@dataclass
class History:
    """The epochs of a training, and how it ended."""

    epochs: list[EpochMetrics] = field(default_factory=list[EpochMetrics])
    status: Status = Status.RUNNING

    @property
    def best(self) -> EpochMetrics | None:
        """The epoch whose weights were kept."""
        return next((record for record in reversed(self.epochs) if record.best), None)

    def epoch_at(self, step: int, steps_per_epoch: int) -> float:
        """Passes through the data after so many steps, also where the size of batches changed at a resume.

        Args:
            step: training steps made in all.
            steps_per_epoch: training steps in a pass through the data, now.
        """
        last = self.epochs[-1] if self.epochs else None
        if last is None or last.step == round(last.epoch * steps_per_epoch):
            return step / steps_per_epoch
        return last.epoch + (step - last.step) / steps_per_epoch


def format_steps(steps: int, epochs: int | float) -> str:
    """What a training has made in words, such as "240 steps (60 epochs)"."""
    return f"{steps:,} {_noun('step', steps)} ({epochs:.3g} {_noun('epoch', epochs)})"


def _noun(word: str, count: int | float) -> str:
    return word if count == 1 else f"{word}s"
