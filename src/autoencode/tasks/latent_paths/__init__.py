"""Ways from one code to another."""

from autoencode.tasks.latent_paths.density import DENSITY_WEIGHT, density, energy
from autoencode.tasks.latent_paths.linear import linear
from autoencode.tasks.latent_paths.path import LatentPath, LogDensity, latent_paths
from autoencode.tasks.latent_paths.spherical import spherical

__all__ = ["DENSITY_WEIGHT", "LatentPath", "LogDensity", "density", "energy", "latent_paths", "linear", "spherical"]
