"""How the loop tells what it does."""

from collections.abc import Mapping

from autoencode.training.history import Epoch, History


class Watch:
    """Hears of a training's progress; this one says nothing. Derive from it to show a bar, a curve, a log."""

    def reading(self, done: int, total: int) -> None:
        """So many of the data's files or bytes are read."""

    def begin(self, first_step: int, last_step: int, steps_per_epoch: int) -> None:
        """Training goes from `first_step` (0, or where it is resumed) to `last_step`."""

    def plan(self, last_step: int) -> None:
        """The training will end after another step than `begin` said, as it goes faster or slower than was thought."""

    def step(self, step: int, examples: int, terms: Mapping[str, float]) -> None:
        """A step of so many examples is done; `terms` are its means, in nats for each example."""

    def epoch(self, record: Epoch) -> None:
        """An epoch is done and validated."""

    def note(self, text: str) -> None:
        """Something that a person should know."""

    def end(self, history: History) -> None:
        """Training is over; `history.status` says why."""
