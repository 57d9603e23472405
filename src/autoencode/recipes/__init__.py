"""One tutorial or paper, one file: functions that assemble a model and an objective for data of a given shape."""

from autoencode.recipes.conv_ae import conv_ae
from autoencode.recipes.conv_vae import conv_vae
from autoencode.recipes.dense_vae import dense_vae
from autoencode.recipes.fashion_vae import fashion_vae
from autoencode.recipes.flow_prior_vae import flow_prior_vae
from autoencode.recipes.iwae import iwae
from autoencode.recipes.ladder_vae import ladder_vae
from autoencode.recipes.mixture_vae import mixture_vae
from autoencode.recipes.networks import Networks, networks
from autoencode.recipes.recipe import Parameter, Recipe, default_recipe, recipe, recipes
from autoencode.recipes.two_stage_vae import two_stage_vae
from autoencode.recipes.vamp_vae import vamp_vae

__all__ = [
    "Networks",
    "Parameter",
    "Recipe",
    "conv_ae",
    "conv_vae",
    "default_recipe",
    "dense_vae",
    "fashion_vae",
    "flow_prior_vae",
    "iwae",
    "ladder_vae",
    "mixture_vae",
    "networks",
    "recipe",
    "recipes",
    "two_stage_vae",
    "vamp_vae",
]
