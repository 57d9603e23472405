"""What corrupts examples, so that a model can learn to repair them: noise, and damage of paper and photographs."""

from autoencode.corruptions.amount import Amount
from autoencode.corruptions.bleed_through import BleedThrough
from autoencode.corruptions.blur import Blur
from autoencode.corruptions.compose import Compose, OneOf
from autoencode.corruptions.corruption import BaseCorruption, Corruption, corruptions
from autoencode.corruptions.crease import Crease
from autoencode.corruptions.foxing import Foxing
from autoencode.corruptions.gaussian import Gaussian
from autoencode.corruptions.jpeg import Jpeg
from autoencode.corruptions.levels import Levels
from autoencode.corruptions.masking_noise import MaskingNoise
from autoencode.corruptions.paper import Paper
from autoencode.corruptions.parse import parse_corruption, parse_corruptions
from autoencode.corruptions.per_frame import PerFrame
from autoencode.corruptions.poisson import Poisson
from autoencode.corruptions.random_clean import RandomClean
from autoencode.corruptions.random_watermark import RandomWatermark
from autoencode.corruptions.region_mask import RegionMask
from autoencode.corruptions.salt_and_pepper import SaltAndPepper
from autoencode.corruptions.scratch import Scratch
from autoencode.corruptions.shadow import Shadow
from autoencode.corruptions.speckle import Speckle
from autoencode.corruptions.stain import Stain
from autoencode.corruptions.strength_jitter import StrengthJitter
from autoencode.corruptions.texture import Texture
from autoencode.corruptions.watermark import Watermark

__all__ = [
    "Amount",
    "BleedThrough",
    "Blur",
    "Compose",
    "Corruption",
    "Crease",
    "PerFrame",
    "Foxing",
    "Gaussian",
    "BaseCorruption",
    "Jpeg",
    "Levels",
    "RegionMask",
    "MaskingNoise",
    "OneOf",
    "Paper",
    "Poisson",
    "SaltAndPepper",
    "Scratch",
    "Shadow",
    "RandomClean",
    "RandomWatermark",
    "Speckle",
    "Stain",
    "StrengthJitter",
    "Texture",
    "Watermark",
    "parse_corruptions",
    "parse_corruption",
    "corruptions",
]
