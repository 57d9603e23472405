"""Priors fitted to the codes of a trained model."""

from autoencode.latent.ex_post.flow import FittedFlow
from autoencode.latent.ex_post.mixture import FittedMixture, FittedNormal
from autoencode.latent.ex_post.prior import ExPostPrior, ex_post_priors
from autoencode.latent.ex_post.storage import (
    PriorRecord,
    ex_post_prior,
    fitted_record,
    load_fitted,
    read_prior_record,
    save_fitted,
)
from autoencode.latent.ex_post.two_stage import FittedTwoStage

__all__ = [
    "ExPostPrior",
    "FittedFlow",
    "FittedMixture",
    "FittedNormal",
    "FittedTwoStage",
    "ex_post_prior",
    "ex_post_priors",
    "PriorRecord",
    "fitted_record",
    "load_fitted",
    "read_prior_record",
    "save_fitted",
]
