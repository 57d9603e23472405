"""How the loop tells what it does."""

from collections.abc import Mapping

from autoencode.runs.metrics import EpochMetrics
from autoencode.training.history import History


class Callback:
    """Hears of a training's progress; this one says nothing. Derive from it to show a bar, a curve, a log."""

    def on_data_progress(self, done: int, total: int) -> None:
        """So many of the data's files or bytes are read."""

    def on_train_start(self, first_step: int, total_steps: int, steps_per_epoch: int) -> None:
        """Training goes from `first_step` (0, or where it is resumed) to `total_steps`."""

    def on_total_steps_change(self, total_steps: int) -> None:
        """The training will end after another step than `begin` said, as it goes faster or slower than was thought."""

    def on_step_end(self, step: int, examples: int, terms: Mapping[str, float]) -> None:
        """A step of so many examples is done; `terms` are its means, in nats for each example."""

    def on_epoch_end(self, record: EpochMetrics) -> None:
        """An epoch is done and validated."""

    def on_message(self, text: str) -> None:
        """Something that a person should know."""

    def on_train_end(self, history: History) -> None:
        """Training is over; `history.status` says why."""
