"""What a person does with a model: everything on the command line is a function here first."""

from autoencode.compression.contents import Contents, read_contents
from autoencode.evaluation.classifier_cache import TrainedClassifier, load_or_train_classifier
from autoencode.latent.attribute_blocks import attribute_values
from autoencode.latent.choose_prior import ChosenPrior, choose_prior
from autoencode.latent.directions import (
    Direction,
    class_direction,
    direction_between_folders,
    get_direction,
    save_direction,
    saved_directions,
)
from autoencode.latent.encoding import EncodedExample, encode_example
from autoencode.latent.ex_post.fit_prior import FittedPrior, fit_prior
from autoencode.latent.latent_gaussian import LatentGaussian, latent_gaussian_of
from autoencode.runs.listing import RunSummary, list_runs
from autoencode.runs.replacing import check_output, replace_anything
from autoencode.runs.restorer import Restorer
from autoencode.runs.run import Run
from autoencode.runs.segmenter import Segmenter
from autoencode.tasks.album import album
from autoencode.tasks.augment import augment
from autoencode.tasks.blend import Blend, blend, save_blend
from autoencode.tasks.compare_objectives import compare_objectives
from autoencode.tasks.compress import Compressed, compress
from autoencode.tasks.compress_photographs import Profile, compress_photographs
from autoencode.tasks.corrupt import CorruptedCopies, corrupt
from autoencode.tasks.decoder_program import export_decoder
from autoencode.tasks.decompress import Decompressed, decompress
from autoencode.tasks.detect import Detected, DetectionQuality, detect, train_detector
from autoencode.tasks.detect_anomalies import Anomalies, Anomaly, detect_anomalies, train_anomaly_detector
from autoencode.tasks.detect_series import (
    DetectedInSeries,
    UnusualSegment,
    detect_in_series,
    train_series_detector,
)
from autoencode.tasks.edit import AttributeChange, AttributeValue, Edit, edit, parse_attribute_change, save_edit
from autoencode.tasks.encode import EncodedFiles, encode
from autoencode.tasks.evaluate import cautions, evaluate
from autoencode.tasks.explore import explore
from autoencode.tasks.export import Exported, export
from autoencode.tasks.generate import generate
from autoencode.tasks.impute import Imputed, impute
from autoencode.tasks.latent_map import LatentMap, latent_map, write_map
from autoencode.tasks.latent_space import LatentMetrics, latent_space
from autoencode.tasks.morph import Morph, check_suffix, morph, save_morph
from autoencode.tasks.predict import Prediction, Predictions, predict
from autoencode.tasks.reconstruct import Reconstructions, reconstruct
from autoencode.tasks.report import report
from autoencode.tasks.reproduce.reproduce import Comparison, reproduce
from autoencode.tasks.restore.restore import Restorations, restore
from autoencode.tasks.segment.segment import Segmentations, segment
from autoencode.tasks.shards.shard_works import CompressShards, DetectShards, EncodeShards, RestoreShards
from autoencode.tasks.shards.work_on_shards import ShardsDone, work_on_shards
from autoencode.tasks.similar import Similar, duplicates, similar
from autoencode.tasks.train import resume, train
from autoencode.tasks.traverse import Traversal, save_traversal, traverse
from autoencode.tasks.verdict import VerdictReached, verdict

__all__ = [
    "CompressShards",
    "DetectShards",
    "EncodeShards",
    "RestoreShards",
    "ShardsDone",
    "work_on_shards",
    "attribute_values",
    "album",
    "augment",
    "Imputed",
    "check_output",
    "impute",
    "Compressed",
    "Contents",
    "Decompressed",
    "compress",
    "Profile",
    "compress_photographs",
    "decompress",
    "read_contents",
    "replace_anything",
    "Anomalies",
    "Anomaly",
    "Blend",
    "AttributeChange",
    "AttributeValue",
    "ChosenPrior",
    "EncodedExample",
    "EncodedFiles",
    "Exported",
    "Comparison",
    "Detected",
    "DetectionQuality",
    "Direction",
    "Edit",
    "FittedPrior",
    "LatentMap",
    "LatentMetrics",
    "Morph",
    "Prediction",
    "Predictions",
    "predict",
    "Reconstructions",
    "Restorations",
    "Restorer",
    "Segmentations",
    "Segmenter",
    "segment",
    "Run",
    "RunSummary",
    "CorruptedCopies",
    "LatentGaussian",
    "TrainedClassifier",
    "Similar",
    "Traversal",
    "VerdictReached",
    "blend",
    "check_suffix",
    "cautions",
    "choose_prior",
    "load_or_train_classifier",
    "encode",
    "encode_example",
    "compare_objectives",
    "corrupt",
    "get_direction",
    "class_direction",
    "detect",
    "detect_anomalies",
    "direction_between_folders",
    "duplicates",
    "edit",
    "evaluate",
    "explore",
    "export",
    "export_decoder",
    "fit_prior",
    "generate",
    "latent_map",
    "latent_space",
    "list_runs",
    "morph",
    "parse_attribute_change",
    "reconstruct",
    "report",
    "reproduce",
    "restore",
    "resume",
    "save_blend",
    "save_direction",
    "save_edit",
    "save_morph",
    "save_traversal",
    "saved_directions",
    "latent_gaussian_of",
    "similar",
    "train",
    "train_anomaly_detector",
    "train_detector",
    "train_series_detector",
    "DetectedInSeries",
    "UnusualSegment",
    "detect_in_series",
    "traverse",
    "verdict",
    "write_map",
]
