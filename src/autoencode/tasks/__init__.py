"""What a person does with a model: everything on the command line is a function here first."""

from autoencode.tasks.blend import Blend, blend, save_blend
from autoencode.tasks.choose_prior import ChosenPrior, choose_prior
from autoencode.tasks.classifier import TrainedClassifier, classifier_of
from autoencode.tasks.code_spaces import compare_code_spaces
from autoencode.tasks.codes import Coded, code_of
from autoencode.tasks.corrupt import Spoiled, corrupt
from autoencode.tasks.directions import (
    Direction,
    direction_named,
    direction_of_class,
    direction_of_folders,
    save_direction,
    saved_directions,
)
from autoencode.tasks.edit import Change, Edit, edit, parse_change, save_edit
from autoencode.tasks.evaluate import evaluate
from autoencode.tasks.explore import explore, export_decoder
from autoencode.tasks.fit_prior import FittedPrior, fit_prior
from autoencode.tasks.generate import generate
from autoencode.tasks.latent_map import LatentMap, latent_map, write_map
from autoencode.tasks.latent_space import LatentSpace, latent_space
from autoencode.tasks.listing import RunLine, list_runs
from autoencode.tasks.morph import Morph, check_ending, morph, save_morph
from autoencode.tasks.reconstruct import Reconstructions, reconstruct
from autoencode.tasks.report import report
from autoencode.tasks.reproduce import Comparison, reproduce
from autoencode.tasks.restore import Restorations, RestoreWatch, restore
from autoencode.tasks.restorer import Restorer
from autoencode.tasks.run import Run
from autoencode.tasks.spread import Spread, spread_of
from autoencode.tasks.train import resume, train
from autoencode.tasks.traverse import Traversal, save_traversal, traverse

__all__ = [
    "Blend",
    "Change",
    "ChosenPrior",
    "Coded",
    "Comparison",
    "Direction",
    "Edit",
    "FittedPrior",
    "LatentMap",
    "LatentSpace",
    "Morph",
    "Reconstructions",
    "Restorations",
    "RestoreWatch",
    "Restorer",
    "Run",
    "RunLine",
    "Spoiled",
    "Spread",
    "TrainedClassifier",
    "Traversal",
    "blend",
    "check_ending",
    "choose_prior",
    "classifier_of",
    "code_of",
    "compare_code_spaces",
    "corrupt",
    "direction_named",
    "direction_of_class",
    "direction_of_folders",
    "edit",
    "evaluate",
    "explore",
    "export_decoder",
    "fit_prior",
    "generate",
    "latent_map",
    "latent_space",
    "list_runs",
    "morph",
    "parse_change",
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
    "spread_of",
    "train",
    "traverse",
    "write_map",
]
