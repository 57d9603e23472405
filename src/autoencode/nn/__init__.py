"""Blocks that know no probability: tensors in, tensors out."""

from autoencode.nn.abreast import Abreast
from autoencode.nn.chain import Chain
from autoencode.nn.codebook import Codebook
from autoencode.nn.codebooks import Codebooks
from autoencode.nn.codes import Codes
from autoencode.nn.conditional import Conditional, apply
from autoencode.nn.contextual import Ahead, Beside, OneHot
from autoencode.nn.conv import Conv
from autoencode.nn.convolution_stack import ConvolutionStack
from autoencode.nn.correction import Sum, WithCorrection, WithCorrectionInContext
from autoencode.nn.dense import dense_stack
from autoencode.nn.glorot import start_as_glorot
from autoencode.nn.layered import Layered
from autoencode.nn.level_grid import LevelGrid
from autoencode.nn.linear import Linear
from autoencode.nn.local import Local
from autoencode.nn.overlaid import Overlaid, Retouched, touch
from autoencode.nn.pieces import Restore, Tell
from autoencode.nn.pooled_conv import PooledConv
from autoencode.nn.precision import full_precision, without_autocast
from autoencode.nn.residual import ResidualBlock
from autoencode.nn.sizes import halved, sizes_after
from autoencode.nn.tiling import in_tiles, smallest_tile
from autoencode.nn.transposed_conv import NarrowConv, TransposedConv
from autoencode.nn.unet import UNet
from autoencode.nn.upsampled_conv import UpsampledConv
from autoencode.nn.windows import in_windows

__all__ = [
    "Abreast",
    "Ahead",
    "Beside",
    "Chain",
    "Codebook",
    "Codebooks",
    "Codes",
    "Conditional",
    "Conv",
    "ConvolutionStack",
    "Layered",
    "LevelGrid",
    "Linear",
    "Local",
    "NarrowConv",
    "OneHot",
    "Overlaid",
    "PooledConv",
    "ResidualBlock",
    "Restore",
    "Retouched",
    "Sum",
    "Tell",
    "TransposedConv",
    "UNet",
    "UpsampledConv",
    "WithCorrection",
    "WithCorrectionInContext",
    "apply",
    "dense_stack",
    "full_precision",
    "halved",
    "in_tiles",
    "in_windows",
    "sizes_after",
    "smallest_tile",
    "start_as_glorot",
    "touch",
    "without_autocast",
]
