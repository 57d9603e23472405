"""What training minimises: objectives, which share one forward pass and can be added and weighted.

objective            Objective, its output, sums and weights
forward_pass         the tensors and distributions that an objective is computed from
elbo                 evidence lower bound, reconstruction and KL alone, KL at a target
iwae                 importance-weighted bound
decomposed_elbo      the KL in three terms (β-TC-VAE)
semi_supervised      labelled and unlabelled examples (M2)
attribute_elbo       a block of the code for each attribute
dice                 overlap of areas, for masks
recognised_code      codes from example and target together, for several plausible masks
denoising            training on corrupted inputs
aggressive_encoder   several steps of the encoder for each of the decoder
recorruption, noise_level, blind_spot    training on noisy images alone
perceptual, learned_similarity    reconstructions compared by feature maps
prior_matching, total_correlation, dip_penalty    penalties on the codes of all examples together
jacobian, sparsity, rae_penalties, commitment     penalties on encoder, codes, decoder, and codewords
schedules            weights that change during training
auxiliary_network    critics and other networks trained beside the model
"""

from autoencode.objectives.aggressive_encoder import AggressiveEncoder
from autoencode.objectives.attribute_elbo import AttributeElbo
from autoencode.objectives.auxiliary_network import AuxiliaryNetwork
from autoencode.objectives.blind_spot import BlindSpot
from autoencode.objectives.commitment import CodebookUsage, Commitment
from autoencode.objectives.decomposed_elbo import (
    DecomposedElbo,
    minibatch_stratified_sampling,
    minibatch_weighted_sampling,
)
from autoencode.objectives.denoising import Denoising
from autoencode.objectives.dice import DiceLoss
from autoencode.objectives.dip_penalty import DipPenalty
from autoencode.objectives.elbo import Capacity, Elbo, Rate, Reconstruction
from autoencode.objectives.forward_pass import ForwardPass, forward_pass
from autoencode.objectives.iwae import Iwae, IwaeDreg
from autoencode.objectives.jacobian import JacobianPenalty
from autoencode.objectives.learned_similarity import LearnedSimilarity
from autoencode.objectives.noise_level import estimate_noise
from autoencode.objectives.objective import Objective, ObjectiveOutput
from autoencode.objectives.perceptual import Perceptual
from autoencode.objectives.prior_matching import AdversarialPrior, Mmd
from autoencode.objectives.rae_penalties import CodeNormPenalty, DecoderGradientPenalty, DecoderWeightPenalty
from autoencode.objectives.recognised_code import RecognisedCode
from autoencode.objectives.recorruption import Recorruption
from autoencode.objectives.schedules import Cyclical, Schedule, Warmup
from autoencode.objectives.semi_supervised import SemiSupervised
from autoencode.objectives.sparsity import AuxKLoss, L1Penalty, SparsityPenalty
from autoencode.objectives.total_correlation import TotalCorrelation

__all__ = [
    "AdversarialPrior",
    "AggressiveEncoder",
    "AttributeElbo",
    "BlindSpot",
    "Capacity",
    "CodeNormPenalty",
    "CodebookUsage",
    "Commitment",
    "Denoising",
    "Cyclical",
    "AuxKLoss",
    "DecoderGradientPenalty",
    "DecoderWeightPenalty",
    "DecomposedElbo",
    "Elbo",
    "ForwardPass",
    "DiceLoss",
    "DipPenalty",
    "Iwae",
    "IwaeDreg",
    "JacobianPenalty",
    "L1Penalty",
    "LearnedSimilarity",
    "Mmd",
    "Objective",
    "ObjectiveOutput",
    "Perceptual",
    "AuxiliaryNetwork",
    "Rate",
    "SparsityPenalty",
    "Reconstruction",
    "RecognisedCode",
    "Recorruption",
    "Schedule",
    "SemiSupervised",
    "TotalCorrelation",
    "Warmup",
    "estimate_noise",
    "forward_pass",
    "minibatch_stratified_sampling",
    "minibatch_weighted_sampling",
]
