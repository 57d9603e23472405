"""Ways from one code to another."""

from autoencode.latent.paths.density import DENSITY_WEIGHT, density, energy
from autoencode.latent.paths.linear import linear
from autoencode.latent.paths.path import LatentPath, LogDensity, latent_paths
from autoencode.latent.paths.spherical import spherical

__all__ = ["DENSITY_WEIGHT", "LatentPath", "LogDensity", "density", "energy", "latent_paths", "linear", "spherical"]
