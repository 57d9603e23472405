"""One tutorial or paper, one file: functions that assemble a model and an objective for data of a given shape."""

from autoencode.recipes.autoencoders.contractive_ae import contractive_ae
from autoencode.recipes.autoencoders.conv_ae import conv_ae
from autoencode.recipes.autoencoders.denoising_ae import denoising_ae
from autoencode.recipes.autoencoders.document_denoise import document_denoise
from autoencode.recipes.autoencoders.fashion_denoise import fashion_denoise
from autoencode.recipes.autoencoders.linear_ae import linear_ae
from autoencode.recipes.autoencoders.rae import rae
from autoencode.recipes.autoencoders.sparse_ae import sparse_ae
from autoencode.recipes.autoencoders.topk_ae import topk_ae
from autoencode.recipes.autoencoders.undercomplete_ae import undercomplete_ae
from autoencode.recipes.conditional.attribute_vae import attribute_vae
from autoencode.recipes.conditional.conditional_vae import conditional_vae
from autoencode.recipes.conditional.floor_plan_vae import floor_plan_vae
from autoencode.recipes.conditional.m2_vae import m2_vae
from autoencode.recipes.discrete.bernoulli_vae import bernoulli_vae
from autoencode.recipes.discrete.categorical_vae import categorical_vae
from autoencode.recipes.discrete.fsq_vae import fsq_vae
from autoencode.recipes.discrete.residual_vq_vae import residual_vq_vae
from autoencode.recipes.discrete.vq_vae import vq_vae
from autoencode.recipes.disentangled.beta_tc_vae import beta_tc_vae
from autoencode.recipes.disentangled.beta_vae import beta_vae
from autoencode.recipes.disentangled.capacity_vae import capacity_vae
from autoencode.recipes.disentangled.dip_vae import dip_vae
from autoencode.recipes.disentangled.factor_vae import factor_vae
from autoencode.recipes.inference.dreg_iwae import dreg_iwae
from autoencode.recipes.inference.full_covariance_vae import full_covariance_vae
from autoencode.recipes.inference.iaf_vae import iaf_vae
from autoencode.recipes.inference.iwae import iwae
from autoencode.recipes.learned_priors.flow_prior_vae import flow_prior_vae
from autoencode.recipes.learned_priors.ladder_vae import ladder_vae
from autoencode.recipes.learned_priors.mixture_vae import mixture_vae
from autoencode.recipes.learned_priors.two_stage_vae import two_stage_vae
from autoencode.recipes.learned_priors.vamp_vae import vamp_vae
from autoencode.recipes.networks import Networks, networks
from autoencode.recipes.non_gaussian.dirichlet_vae import dirichlet_vae
from autoencode.recipes.non_gaussian.gamma_vae import gamma_vae
from autoencode.recipes.non_gaussian.hyperspherical_vae import hyperspherical_vae
from autoencode.recipes.non_gaussian.interval_vae import interval_vae
from autoencode.recipes.perceptual.perceptual_vae import perceptual_vae
from autoencode.recipes.perceptual.vae_gan import vae_gan
from autoencode.recipes.prediction.predict_vae import predict_vae
from autoencode.recipes.prior_matching.adversarial_ae import adversarial_ae
from autoencode.recipes.prior_matching.info_vae import info_vae
from autoencode.recipes.prior_matching.wae import wae
from autoencode.recipes.recipe import Parameter, Recipe, default_recipe, recipe, recipes
from autoencode.recipes.restorers.restorer import restorer
from autoencode.recipes.restorers.self_restorer import self_restorer
from autoencode.recipes.restorers.video_restorer import video_restorer
from autoencode.recipes.restorers.video_self_restorer import video_self_restorer
from autoencode.recipes.segmentation.probabilistic_segmenter import probabilistic_segmenter
from autoencode.recipes.segmentation.segmenter import segmenter
from autoencode.recipes.sequences.deep_markov import deep_markov
from autoencode.recipes.sequences.music_vae import music_vae
from autoencode.recipes.sequences.text_vae import text_vae
from autoencode.recipes.user_recipes import find_recipe, is_user_recipe
from autoencode.recipes.vaes.conv_vae import conv_vae
from autoencode.recipes.vaes.cyclical_vae import cyclical_vae
from autoencode.recipes.vaes.deep_vae import deep_vae
from autoencode.recipes.vaes.dense_vae import dense_vae
from autoencode.recipes.vaes.fashion_vae import fashion_vae
from autoencode.recipes.vaes.map_vae import map_vae
from autoencode.recipes.vaes.pca_vae import pca_vae
from autoencode.recipes.vaes.pixel_vae import pixel_vae
from autoencode.registry import import_submodules

import_submodules(__name__)  # also modules that are not exported here register what they define

__all__ = [
    "attribute_vae",
    "deep_markov",
    "music_vae",
    "text_vae",
    "Networks",
    "Parameter",
    "Recipe",
    "adversarial_ae",
    "bernoulli_vae",
    "beta_tc_vae",
    "beta_vae",
    "capacity_vae",
    "categorical_vae",
    "conditional_vae",
    "contractive_ae",
    "conv_ae",
    "conv_vae",
    "cyclical_vae",
    "default_recipe",
    "denoising_ae",
    "deep_vae",
    "dense_vae",
    "dip_vae",
    "dirichlet_vae",
    "document_denoise",
    "dreg_iwae",
    "factor_vae",
    "fashion_denoise",
    "fashion_vae",
    "find_recipe",
    "floor_plan_vae",
    "flow_prior_vae",
    "fsq_vae",
    "full_covariance_vae",
    "gamma_vae",
    "hyperspherical_vae",
    "iaf_vae",
    "info_vae",
    "interval_vae",
    "is_user_recipe",
    "iwae",
    "ladder_vae",
    "linear_ae",
    "m2_vae",
    "map_vae",
    "mixture_vae",
    "networks",
    "pca_vae",
    "pixel_vae",
    "perceptual_vae",
    "predict_vae",
    "probabilistic_segmenter",
    "rae",
    "recipe",
    "recipes",
    "residual_vq_vae",
    "restorer",
    "segmenter",
    "self_restorer",
    "sparse_ae",
    "topk_ae",
    "two_stage_vae",
    "undercomplete_ae",
    "vae_gan",
    "vamp_vae",
    "video_restorer",
    "video_self_restorer",
    "vq_vae",
    "wae",
]
