"""Training: the loop, what it saves, and how it goes on."""

from autoencode.runs.metrics import EpochMetrics
from autoencode.training.callback import Callback
from autoencode.training.fit import fit
from autoencode.training.history import History
from autoencode.training.lr_schedules import lr_schedules
from autoencode.training.optimizers import optimizers
from autoencode.training.validate import validate

__all__ = ["EpochMetrics", "History", "Callback", "fit", "optimizers", "lr_schedules", "validate"]
