"""Priors fitted to the codes of a trained model."""

from autoencode.latent.ex_post.flow import FittedFlow
from autoencode.latent.ex_post.mixture import FittedMixture, FittedNormal
from autoencode.latent.ex_post.prior import ExPostPrior, ex_post_priors
from autoencode.latent.ex_post.storage import delete_fitted, ex_post_prior, fitted_facts, load_fitted, save_fitted
from autoencode.latent.ex_post.two_stage import FittedTwoStage

__all__ = [
    "ExPostPrior",
    "FittedFlow",
    "FittedMixture",
    "FittedNormal",
    "FittedTwoStage",
    "ex_post_prior",
    "ex_post_priors",
    "fitted_facts",
    "delete_fitted",
    "load_fitted",
    "save_fitted",
]
