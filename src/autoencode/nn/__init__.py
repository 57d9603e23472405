"""Blocks that know no probability: tensors in, tensors out."""

from autoencode.nn.context.channel_conditioning import ChannelConditioned, RefinedDecoder, refinement_layers
from autoencode.nn.context.concat import Concat
from autoencode.nn.context.conditional import Conditional, call_with_context
from autoencode.nn.context.conditional_networks import ConditionalDecoder, ConditionalEncoder, OneHot
from autoencode.nn.context.residual_code import ConditionalResidualCode, ResidualCode, ResidualCodeDecoder
from autoencode.nn.convolutions.conv import Conv
from autoencode.nn.convolutions.fused_sequential import FusedSequential
from autoencode.nn.convolutions.pooled_conv import PooledConv
from autoencode.nn.convolutions.residual import ResidualBlock
from autoencode.nn.convolutions.sizes import sizes_after, strided_size
from autoencode.nn.convolutions.transposed_conv import FewOutputsConv, TransposedConv
from autoencode.nn.convolutions.unet import UNet
from autoencode.nn.convolutions.upsampled_conv import UpsampledConv
from autoencode.nn.convolutions.vgg_features import VggFeatures
from autoencode.nn.dense import dense_stack
from autoencode.nn.feature_extractor import FeatureExtractor
from autoencode.nn.glorot import init_glorot
from autoencode.nn.linear import Linear
from autoencode.nn.precision import full_precision, without_autocast
from autoencode.nn.quantisers.codebook import Codebook
from autoencode.nn.quantisers.finite_scalar_quantiser import FiniteScalarQuantiser
from autoencode.nn.quantisers.quantiser import Quantiser
from autoencode.nn.quantisers.residual_vector_quantiser import ResidualVectorQuantiser
from autoencode.nn.tiling.patches import PatchFunction
from autoencode.nn.tiling.receptive_field import FiniteReceptiveField
from autoencode.nn.tiling.tiling import apply_tiled, smallest_tile
from autoencode.nn.tiling.windows import apply_windowed

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
