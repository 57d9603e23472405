"""What a trained model is worth, in numbers that say how sure they are."""

from autoencode.evaluation.clip_quality import ClipMeter, ClipQuality, clip_quality
from autoencode.evaluation.estimate import Estimate
from autoencode.evaluation.evaluate import evaluate
from autoencode.evaluation.evaluation import Evaluation
from autoencode.evaluation.importance import log_likelihoods
from autoencode.evaluation.latent import Codes, active_units, encode_all
from autoencode.evaluation.quality import (
    PictureQuality,
    Quality,
    RestorationQuality,
    check_installed,
    measure_restoration,
    picture_quality,
    root_mean_squared_error,
)

__all__ = [
    "ClipMeter",
    "ClipQuality",
    "Codes",
    "Estimate",
    "Evaluation",
    "PictureQuality",
    "Quality",
    "RestorationQuality",
    "active_units",
    "check_installed",
    "clip_quality",
    "encode_all",
    "evaluate",
    "log_likelihoods",
    "measure_restoration",
    "picture_quality",
    "root_mean_squared_error",
]
