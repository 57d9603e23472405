"""Ways from one code to another."""

from autoencode.tasks.latent_paths.density import PULL, density, energy
from autoencode.tasks.latent_paths.linear import linear
from autoencode.tasks.latent_paths.path import LatentPath, LogDensity, latent_paths
from autoencode.tasks.latent_paths.spherical import spherical

__all__ = ["PULL", "LatentPath", "LogDensity", "density", "energy", "latent_paths", "linear", "spherical"]
