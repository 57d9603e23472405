"""Priors fitted to the codes of a trained model."""

from autoencode.tasks.ex_post.flow import FittedFlow
from autoencode.tasks.ex_post.mixture import FittedMixture, FittedNormal
from autoencode.tasks.ex_post.prior import ExPostPrior, ex_post_priors
from autoencode.tasks.ex_post.storing import fitted_facts, delete_fitted, load_fitted, save_fitted
from autoencode.tasks.ex_post.two_stage import FittedTwoStage

__all__ = [
    "ExPostPrior",
    "FittedFlow",
    "FittedMixture",
    "FittedNormal",
    "FittedTwoStage",
    "ex_post_priors",
    "fitted_facts",
    "delete_fitted",
    "load_fitted",
    "save_fitted",
]
