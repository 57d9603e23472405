"""What training minimises: functions of one forward pass."""

from autoencode.objectives.adversarial_prior import AdversarialPrior
from autoencode.objectives.blind_spot import BlindSpot
from autoencode.objectives.capacity import Capacity
from autoencode.objectives.commitment import CodeUse, Commitment
from autoencode.objectives.corrupted import Corrupted
from autoencode.objectives.decomposed_elbo import DecomposedElbo, stratified, weighted
from autoencode.objectives.elbo import Elbo
from autoencode.objectives.forward import Forward, forward
from autoencode.objectives.inferred_prior import InferredPrior
from autoencode.objectives.iwae import Iwae
from autoencode.objectives.iwae_dreg import IwaeDreg
from autoencode.objectives.jacobian import JacobianPenalty
from autoencode.objectives.learned_similarity import LearnedSimilarity
from autoencode.objectives.mmd import Mmd
from autoencode.objectives.objective import Objective, Output
from autoencode.objectives.perceptual import Perceptual
from autoencode.objectives.player import Player
from autoencode.objectives.rate import Rate
from autoencode.objectives.reconstruction import Reconstruction
from autoencode.objectives.regularised import CodeNorm, DecoderGradient, DecoderWeights
from autoencode.objectives.schedules import Cyclical, Schedule, Warmup
from autoencode.objectives.semi_supervised import SemiSupervised
from autoencode.objectives.sparsity import DeadUnits, L1Penalty, RatePenalty
from autoencode.objectives.total_correlation import TotalCorrelation

__all__ = [
    "AdversarialPrior",
    "BlindSpot",
    "Capacity",
    "CodeNorm",
    "CodeUse",
    "Commitment",
    "Corrupted",
    "Cyclical",
    "DeadUnits",
    "DecoderGradient",
    "DecoderWeights",
    "DecomposedElbo",
    "Elbo",
    "Forward",
    "InferredPrior",
    "Iwae",
    "IwaeDreg",
    "JacobianPenalty",
    "L1Penalty",
    "LearnedSimilarity",
    "Mmd",
    "Objective",
    "Output",
    "Perceptual",
    "Player",
    "Rate",
    "RatePenalty",
    "Reconstruction",
    "Schedule",
    "SemiSupervised",
    "TotalCorrelation",
    "Warmup",
    "forward",
    "stratified",
    "weighted",
]
