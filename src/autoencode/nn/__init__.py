"""Building blocks of networks, without probability.

packed_gru            a GRU on sequences of different lengths
dense, positive       fully connected layers, and maps to positive numbers
convolutions          convolutions, residual blocks, U-Net
feature_extractors    networks whose feature maps are compared
quantisers            codebooks and rounding
conditioning          networks with a context: a class or an image
residual_code         codes of an image and its correction
frame_prediction      features of past frames with a code, and the frames that come next
features_and_code, picture_summary    features of each pixel, and numbers of the whole
tiling                networks applied to images of any size in tiles or windows
precision             autocast
"""

from autoencode.nn.conditioning.channels import ChannelConditioned, RefinedDecoder, refinement_layers
from autoencode.nn.conditioning.conditional import (
    Conditional,
    ConditionalDecoder,
    ConditionalEncoder,
    OneHot,
    call_with_context,
)
from autoencode.nn.convolutions.conv import Conv, PooledConv, init_glorot
from autoencode.nn.convolutions.fused_sequential import FusedSequential
from autoencode.nn.convolutions.residual_blocks import ResidualBlock
from autoencode.nn.convolutions.sizes import sizes_after, strided_size
from autoencode.nn.convolutions.transposed_conv import FewOutputsConv, TransposedConv, UpsampledConv
from autoencode.nn.convolutions.unet import UNet, UNetFeatures
from autoencode.nn.dense import Linear, dense_stack
from autoencode.nn.feature_extractors import FeatureExtractor, VggFeatures
from autoencode.nn.features_and_code import FeaturesAndCode
from autoencode.nn.frame_prediction import FutureFromCode, PastAndCode
from autoencode.nn.picture_summary import PictureSummary
from autoencode.nn.precision import full_precision, without_autocast
from autoencode.nn.quantisers.codebook import Codebook
from autoencode.nn.quantisers.finite_scalar_quantiser import FiniteScalarQuantiser
from autoencode.nn.quantisers.quantiser import Quantiser
from autoencode.nn.quantisers.residual_vector_quantiser import ResidualVectorQuantiser
from autoencode.nn.residual_code import ConditionalResidualCode, DirectCode, ResidualCode, ResidualCodeDecoder
from autoencode.nn.tiling.patches import PatchFunction
from autoencode.nn.tiling.receptive_field import FiniteReceptiveField
from autoencode.nn.tiling.tiling import apply_tiled, smallest_tile
from autoencode.nn.tiling.windows import apply_windowed

__all__ = [
    "ConditionalDecoder",
    "ConditionalEncoder",
    "FusedSequential",
    "FutureFromCode",
    "PastAndCode",
    "Codebook",
    "ResidualVectorQuantiser",
    "Quantiser",
    "Conditional",
    "Conv",
    "VggFeatures",
    "FeatureExtractor",
    "FeaturesAndCode",
    "FiniteScalarQuantiser",
    "Linear",
    "FiniteReceptiveField",
    "FewOutputsConv",
    "OneHot",
    "ChannelConditioned",
    "PooledConv",
    "ResidualBlock",
    "PatchFunction",
    "PictureSummary",
    "RefinedDecoder",
    "ResidualCodeDecoder",
    "TransposedConv",
    "UNet",
    "UNetFeatures",
    "UpsampledConv",
    "DirectCode",
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
