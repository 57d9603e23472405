"""What training minimises: functions of one forward pass."""

from autoencode.objectives.corrupted import Corrupted, Corruption
from autoencode.objectives.elbo import Elbo
from autoencode.objectives.forward import Forward, forward
from autoencode.objectives.iwae import Iwae
from autoencode.objectives.objective import Objective, Output
from autoencode.objectives.player import Player
from autoencode.objectives.reconstruction import Reconstruction
from autoencode.objectives.schedules import Schedule, Warmup

__all__ = [
    "Corrupted",
    "Corruption",
    "Elbo",
    "Forward",
    "Iwae",
    "Objective",
    "Output",
    "Player",
    "Reconstruction",
    "Schedule",
    "Warmup",
    "forward",
]
