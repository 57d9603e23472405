"""MLflow."""

from collections.abc import Mapping
from typing import Any

from autoencode.training.logs.log import LogFacts, TrainingLog, require_package, training_logs

_MAX_PARAMETERS = 100
"""MLflow takes so many at a time."""


@training_logs.register("mlflow")
class MlflowLog(TrainingLog):
    """A run where MLFLOW_TRACKING_URI says, by default in the folder `mlruns`."""

    def __init__(self, facts: LogFacts) -> None:
        super().__init__(facts)
        self._mlflow: Any = require_package("mlflow", "mlflow")

    def open(self, first_step: int) -> None:
        """Begins a run there."""
        self._mlflow.start_run(run_name=self.facts.folder.name)
        parameters = [(name, str(value)[:500]) for name, value in self.facts.settings.items()]
        self._mlflow.log_params(dict(parameters[:_MAX_PARAMETERS]))

    def write_numbers(self, step: int, numbers: Mapping[str, float]) -> None:
        """Logs them at the step."""
        self._mlflow.log_metrics(dict(numbers), step=step)

    def close(self) -> None:
        """Ends the run there."""
        self._mlflow.end_run()
