"""TensorBoard's event files."""

from collections.abc import Mapping
from typing import Any

from autoencode.storage import check_no_links
from autoencode.training.logs.log import LogFacts, TrainingLog, require_package, training_logs


@training_logs.register("tensorboard")
class TensorBoardLog(TrainingLog):
    """`tensorboard/` in the run folder; to see it: tensorboard --logdir runs."""

    def __init__(self, facts: LogFacts) -> None:
        super().__init__(facts)
        require_package("tensorboard", "tensorboard")

    def open(self, first_step: int) -> None:
        """What was logged of later steps is hidden."""
        from torch.utils.tensorboard import SummaryWriter

        folder = self.facts.folder / "tensorboard"
        check_no_links(folder / "events")
        self._writer: Any = SummaryWriter(str(folder), purge_step=first_step + 1 if first_step else None)
        listed = "\n\n".join(f"{name}: {value}" for name, value in self.facts.settings.items())
        self._writer.add_text("settings", listed, first_step)

    def write_numbers(self, step: int, numbers: Mapping[str, float]) -> None:
        """Writes scalars."""
        for name, value in numbers.items():
            self._writer.add_scalar(name, value, step)

    def close(self) -> None:
        """Writes what is left."""
        self._writer.close()
