"""What training minimises: functions of one forward pass."""

from autoencode.objectives.capacity import Capacity
from autoencode.objectives.corrupted import Corrupted, Corruption
from autoencode.objectives.decomposed_elbo import DecomposedElbo, stratified, weighted
from autoencode.objectives.elbo import Elbo
from autoencode.objectives.forward import Forward, forward
from autoencode.objectives.inferred_prior import InferredPrior
from autoencode.objectives.iwae import Iwae
from autoencode.objectives.iwae_dreg import IwaeDreg
from autoencode.objectives.mmd import Mmd
from autoencode.objectives.objective import Objective, Output
from autoencode.objectives.player import Player
from autoencode.objectives.rate import Rate
from autoencode.objectives.reconstruction import Reconstruction
from autoencode.objectives.schedules import Cyclical, Schedule, Warmup

__all__ = [
    "Capacity",
    "Corrupted",
    "Corruption",
    "Cyclical",
    "DecomposedElbo",
    "Elbo",
    "Forward",
    "InferredPrior",
    "Iwae",
    "IwaeDreg",
    "Mmd",
    "Objective",
    "Output",
    "Player",
    "Rate",
    "Reconstruction",
    "Schedule",
    "Warmup",
    "forward",
    "stratified",
    "weighted",
]
