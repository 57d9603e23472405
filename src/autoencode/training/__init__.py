"""Training: the loop, what it saves, and how it resumes."""

from autoencode.runs.metrics import EpochMetrics
from autoencode.training.events import (
    EpochFinished,
    PlanChanged,
    StepFinished,
    TrainingFinished,
    TrainingStarted,
)
from autoencode.training.fit import fit
from autoencode.training.history import History
from autoencode.training.lr_schedules import lr_schedules
from autoencode.training.optimizers import optimizers
from autoencode.training.validate import validate

__all__ = [
    "EpochFinished",
    "EpochMetrics",
    "History",
    "PlanChanged",
    "StepFinished",
    "TrainingFinished",
    "TrainingStarted",
    "fit",
    "lr_schedules",
    "optimizers",
    "validate",
]
