"""What a person does with a model: everything on the command line is a function here first."""

from autoencode.tasks.classifier import TrainedClassifier, classifier_of
from autoencode.tasks.code_spaces import compare_code_spaces
from autoencode.tasks.corrupt import Spoiled, corrupt
from autoencode.tasks.evaluate import evaluate
from autoencode.tasks.fit_prior import FittedPrior, fit_prior
from autoencode.tasks.generate import generate
from autoencode.tasks.latent_map import LatentMap, latent_map, write_map
from autoencode.tasks.latent_space import LatentSpace, latent_space
from autoencode.tasks.listing import RunLine, list_runs
from autoencode.tasks.reconstruct import Reconstructions, reconstruct
from autoencode.tasks.report import report
from autoencode.tasks.reproduce import Comparison, reproduce
from autoencode.tasks.restore import Restorations, RestoreWatch, restore
from autoencode.tasks.restorer import Restorer
from autoencode.tasks.run import Run
from autoencode.tasks.train import resume, train

__all__ = [
    "Comparison",
    "FittedPrior",
    "LatentMap",
    "LatentSpace",
    "Reconstructions",
    "Restorations",
    "RestoreWatch",
    "Restorer",
    "Run",
    "RunLine",
    "Spoiled",
    "TrainedClassifier",
    "classifier_of",
    "compare_code_spaces",
    "corrupt",
    "evaluate",
    "fit_prior",
    "generate",
    "latent_map",
    "latent_space",
    "list_runs",
    "reconstruct",
    "report",
    "reproduce",
    "restore",
    "resume",
    "train",
    "write_map",
]
