"""Weights & Biases."""

import os
from collections.abc import Mapping
from typing import Any

from autoencode.training.logs.log import LogFacts, TrainingLog, require_package, training_logs


@training_logs.register("wandb")
class WandbLog(TrainingLog):
    """A run of the project "autoencode", or of WANDB_PROJECT. It sends numbers and settings to their server."""

    def __init__(self, facts: LogFacts) -> None:
        super().__init__(facts)
        self._wandb: Any = require_package("wandb", "wandb")

    def open(self, first_step: int) -> None:
        """Begins a run there."""
        self._run = self._wandb.init(
            project=os.environ.get("WANDB_PROJECT", "autoencode"),
            name=self.facts.folder.name,
            dir=str(self.facts.folder),
            config=dict(self.facts.settings),
        )

    def write_numbers(self, step: int, numbers: Mapping[str, float]) -> None:
        """Logs them at the step."""
        self._run.log(dict(numbers), step=step)

    def close(self) -> None:
        """Ends the run there."""
        self._run.finish()
