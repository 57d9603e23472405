"""A table with a line for each epoch."""

import csv
from collections.abc import Mapping, Sequence

from autoencode.runs.metrics import EpochMetrics
from autoencode.storage import atomic_write, check_no_links
from autoencode.training.logs.log import TrainingLog, epoch_numbers, training_logs


@training_logs.register("csv")
class CsvLog(TrainingLog):
    """log.csv in the run folder: `step`, `epoch`, `learning_rate`, `seconds`, `train/loss`, … of each epoch."""

    def open(self, first_step: int) -> None:
        """Keeps the lines of the epochs that stay."""
        self._path, self._columns = self.facts.folder / "log.csv", list[str]()
        if not self._path.is_file() or not first_step:
            check_no_links(self._path)
            self._path.unlink(missing_ok=True)
            return
        with self._path.open(newline="") as file:
            lines = csv.DictReader(file)
            kept = [line for line in lines if (line.get("step") or "").isdecimal() and int(line["step"]) <= first_step]
            self._columns = list(lines.fieldnames or ())
        atomic_write(self._path, _row(self._columns) + "".join(self._line(line) for line in kept))

    def write_numbers(self, step: int, numbers: Mapping[str, float]) -> None:
        """Single steps are left out."""

    def write_epoch(self, metrics: EpochMetrics) -> None:
        """Adds a line; numbers that the first epoch did not have are left out."""
        numbers = {"step": metrics.step, **dict(sorted(epoch_numbers(metrics).items()))}
        with self._path.open("a", newline="") as file:
            if not self._columns:
                self._columns = list(numbers)
                file.write(_row(self._columns))
            file.write(self._line(numbers))

    def _line(self, numbers: Mapping[str, object]) -> str:
        return _row([str(numbers.get(name, "")) for name in self._columns])


def _row(cells: Sequence[str]) -> str:
    """A line of the table; no name or number has a comma in it."""
    return ",".join(cells) + "\n"
