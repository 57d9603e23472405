"""Training: the loop, what it saves, and how it goes on."""

from autoencode.training.fit import fit
from autoencode.training.history import EpochMetrics, History
from autoencode.training.optimizers import optimizers
from autoencode.training.run_folder import RunFolder
from autoencode.training.schedules import lr_schedules
from autoencode.training.validate import validate
from autoencode.training.callback import Callback

__all__ = ["EpochMetrics", "History", "RunFolder", "Callback", "fit", "optimizers", "lr_schedules", "validate"]
