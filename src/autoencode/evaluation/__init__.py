"""What a trained model is worth, in numbers that say how sure they are."""

from autoencode.evaluation.estimate import Estimate
from autoencode.evaluation.evaluate import evaluate
from autoencode.evaluation.evaluation import Evaluation
from autoencode.evaluation.importance import log_likelihoods
from autoencode.evaluation.latent import Codes, active_units, encode_all

__all__ = ["Codes", "Estimate", "Evaluation", "active_units", "encode_all", "evaluate", "log_likelihoods"]
