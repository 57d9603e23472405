"""Training: the loop, what it saves, and how it goes on."""

from autoencode.training.fit import fit
from autoencode.training.history import Epoch, History
from autoencode.training.optimizers import optimizers
from autoencode.training.run_folder import RunFolder
from autoencode.training.schedules import schedules
from autoencode.training.validate import validate
from autoencode.training.watch import Watch

__all__ = ["Epoch", "History", "RunFolder", "Watch", "fit", "optimizers", "schedules", "validate"]
