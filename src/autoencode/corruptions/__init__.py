"""What spoils examples, so that a model can learn to repair them: noise, and what happens to paper and photographs."""

from autoencode.corruptions.amount import Amount
from autoencode.corruptions.blur import Blur
from autoencode.corruptions.composed import Composed
from autoencode.corruptions.corruption import Corruption, Graded, corruptions
from autoencode.corruptions.crease import Crease
from autoencode.corruptions.each_frame import EachFrame
from autoencode.corruptions.gaussian import Gaussian
from autoencode.corruptions.jpeg import Jpeg
from autoencode.corruptions.levels import Levels
from autoencode.corruptions.mask import Mask
from autoencode.corruptions.masking import Masking
from autoencode.corruptions.one_of import OneOf
from autoencode.corruptions.poisson import Poisson
from autoencode.corruptions.salt_and_pepper import SaltAndPepper
from autoencode.corruptions.scratch import Scratch
from autoencode.corruptions.shadow import Shadow
from autoencode.corruptions.shown_clean import ShownClean
from autoencode.corruptions.specification import composed, corruption
from autoencode.corruptions.speckle import Speckle
from autoencode.corruptions.stain import Stain
from autoencode.corruptions.varied_strength import VariedStrength
from autoencode.corruptions.watermark import Watermark

__all__ = [
    "Amount",
    "Blur",
    "Composed",
    "Corruption",
    "Crease",
    "EachFrame",
    "Gaussian",
    "Graded",
    "Jpeg",
    "Levels",
    "Mask",
    "Masking",
    "OneOf",
    "Poisson",
    "SaltAndPepper",
    "Scratch",
    "Shadow",
    "ShownClean",
    "Speckle",
    "Stain",
    "VariedStrength",
    "Watermark",
    "composed",
    "corruption",
    "corruptions",
]
