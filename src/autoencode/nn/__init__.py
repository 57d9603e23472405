"""Blocks that know no probability: tensors in, tensors out."""

from autoencode.nn.abreast import Concat
from autoencode.nn.chain import FusedSequential
from autoencode.nn.codebook import Codebook
from autoencode.nn.codebooks import ResidualVectorQuantiser
from autoencode.nn.codes import Quantiser
from autoencode.nn.conditional import Conditional, call_with_context
from autoencode.nn.contextual import ConditionalDecoder, ConditionalEncoder, OneHot
from autoencode.nn.conv import Conv
from autoencode.nn.convolution_stack import VggFeatures
from autoencode.nn.correction import ResidualCodeDecoder, ResidualCode, ConditionalResidualCode
from autoencode.nn.dense import dense_stack
from autoencode.nn.glorot import init_glorot
from autoencode.nn.layered import FeatureExtractor
from autoencode.nn.level_grid import FiniteScalarQuantiser
from autoencode.nn.linear import Linear
from autoencode.nn.local import FiniteReceptiveField
from autoencode.nn.overlaid import ChannelConditioned, RefinedDecoder, refinement_layers
from autoencode.nn.pieces import PatchFunction, ProgressCallback
from autoencode.nn.pooled_conv import PooledConv
from autoencode.nn.precision import full_precision, without_autocast
from autoencode.nn.residual import ResidualBlock
from autoencode.nn.sizes import strided_size, sizes_after
from autoencode.nn.tiling import apply_tiled, smallest_tile
from autoencode.nn.transposed_conv import FewOutputsConv, TransposedConv
from autoencode.nn.unet import UNet
from autoencode.nn.upsampled_conv import UpsampledConv
from autoencode.nn.windows import apply_windowed

__all__ = [
    "Concat",
    "ConditionalDecoder",
    "ConditionalEncoder",
    "FusedSequential",
    "Codebook",
    "ResidualVectorQuantiser",
    "Quantiser",
    "Conditional",
    "Conv",
    "VggFeatures",
    "FeatureExtractor",
    "FiniteScalarQuantiser",
    "Linear",
    "FiniteReceptiveField",
    "FewOutputsConv",
    "OneHot",
    "ChannelConditioned",
    "PooledConv",
    "ResidualBlock",
    "PatchFunction",
    "RefinedDecoder",
    "ResidualCodeDecoder",
    "ProgressCallback",
    "TransposedConv",
    "UNet",
    "UpsampledConv",
    "ResidualCode",
    "ConditionalResidualCode",
    "call_with_context",
    "dense_stack",
    "full_precision",
    "strided_size",
    "apply_tiled",
    "apply_windowed",
    "sizes_after",
    "smallest_tile",
    "init_glorot",
    "refinement_layers",
    "without_autocast",
]
