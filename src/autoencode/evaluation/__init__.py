"""How good a trained model is: measurements with standard errors."""

from autoencode.evaluation.cautions import cautions
from autoencode.evaluation.classifier import Classifier, accuracy, train_classifier
from autoencode.evaluation.clip_quality import ClipMetric, ClipQuality, clip_quality
from autoencode.evaluation.completeness import Completeness, completeness
from autoencode.evaluation.continuity import Continuity, aggregate_std, continuity, median_distance
from autoencode.evaluation.density_coverage import density_coverage
from autoencode.evaluation.energy_distance import generalised_energy_distance
from autoencode.evaluation.estimate import Estimate
from autoencode.evaluation.evaluate import evaluate, restoration_psnr
from autoencode.evaluation.evaluation import Evaluation
from autoencode.evaluation.evidence import measure_evidence
from autoencode.evaluation.frechet import frechet_distance
from autoencode.evaluation.importance import log_likelihoods
from autoencode.evaluation.latent import Codes, active_units, encode_all, relevance
from autoencode.evaluation.precision_recall import precision_recall
from autoencode.evaluation.prediction import PredictionQuality, prediction_quality
from autoencode.evaluation.quality import (
    PictureQuality,
    Quality,
    RestorationQuality,
    measure_restoration,
    picture_quality,
    require_scikit_image,
    root_mean_squared_error,
)
from autoencode.evaluation.quantile import Quantile
from autoencode.evaluation.sample_quality import SampleQuality, sample_quality
from autoencode.evaluation.segmentation import SegmentationMetric, SegmentationQuality, segmentation_quality
from autoencode.evaluation.straightness import straightness
from autoencode.evaluation.verdict import verdict

__all__ = [
    "Classifier",
    "ClipMetric",
    "ClipQuality",
    "Codes",
    "Completeness",
    "Continuity",
    "Estimate",
    "Evaluation",
    "PictureQuality",
    "Quality",
    "Quantile",
    "RestorationQuality",
    "SampleQuality",
    "SegmentationMetric",
    "SegmentationQuality",
    "accuracy",
    "active_units",
    "aggregate_std",
    "cautions",
    "require_scikit_image",
    "clip_quality",
    "completeness",
    "continuity",
    "density_coverage",
    "encode_all",
    "evaluate",
    "frechet_distance",
    "generalised_energy_distance",
    "log_likelihoods",
    "measure_evidence",
    "measure_restoration",
    "picture_quality",
    "precision_recall",
    "relevance",
    "restoration_psnr",
    "root_mean_squared_error",
    "sample_quality",
    "PredictionQuality",
    "prediction_quality",
    "segmentation_quality",
    "straightness",
    "train_classifier",
    "median_distance",
    "verdict",
]
