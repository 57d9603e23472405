"""Networks whose feature maps are compared: a critic's, or a pretrained VGG's."""

import math
import re
from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from jaxtyping import Float
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from autoencode.errors import ArgumentError, DataError
from autoencode.nn.convolutions.conv import Conv
from autoencode.nn.convolutions.sizes import sizes_after
from autoencode.nn.dense import Linear

_VGG_LAYER = re.compile(r"features\.(\d+)\.weight")
_POOLING_STEP = 3  # a step of 3 in the numbers of two convolutions means that a max-pooling lies between them
_MEAN, _SCALE = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class FeatureExtractor(nn.Module):
    """A network from an example to a few outputs whose feature maps can be read, for critics and perceptual losses.

        x ─► layer ─► map 1 ─► layer ─► map 2 ─► … ─► map n ─► flatten, or mean over positions ─► linear ─► output

    A layer is a 3×3 convolution (for vectors: a linear layer), a normalisation and LeakyReLU, slope 0.2. The
    normalisation is over all values of a layer for one example and has no parameters, so examples are independent of
    each other, and feature maps stay of order one during training.

    Args:
        data_shape: (channels, height, width) of any size, or (dimensions,).
        channels: of each layer, one or more.
        outputs: number of outputs.
        strides: of each convolution; by default 2.
        pooled: average the last map over its positions, so that images of other sizes are accepted.

    Raises:
        ArgumentError: no layer is given.

    Example:
        >>> import torch
        >>> network = FeatureExtractor((3, 33, 21), [8, 16], 1)
        >>> [tuple(each.shape) for each in network.feature_maps(torch.zeros(5, 3, 33, 21))]
        [(5, 8, 17, 11), (5, 16, 9, 6)]
        >>> network(torch.zeros(5, 3, 33, 21)).shape
        torch.Size([5, 1])
    """

    def __init__(
        self,
        data_shape: Sequence[int],
        channels: Sequence[int],
        outputs: int,
        strides: Sequence[int] | None = None,
        *,
        pooled: bool = False,
    ) -> None:
        super().__init__()
        if not channels:
            raise ArgumentError("channels must have one number or more, one for each layer")
        strides = [2] * len(channels) if strides is None else strides
        widths = [data_shape[0], *channels]
        picture = len(data_shape) == 3
        self.pooled = pooled
        self.layers = nn.ModuleList(
            _layer(n_in, n_out, stride if picture else 0)
            for n_in, n_out, stride in zip(widths[:-1], channels, strides, strict=True)
        )
        positions = math.prod(sizes_after((data_shape[1], data_shape[2]), strides)[-1]) if picture else 1
        self.head = Linear(channels[-1] * (1 if pooled else positions), outputs)

    def feature_maps(self, x: Float[Tensor, "batch ..."]) -> list[Tensor]:
        """The output of each layer, (batch, channels, height, width) or (batch, channels), first layer first."""
        found = [x]
        for layer in self.layers:
            found.append(layer(found[-1]))
        return found[1:]

    def head_output(self, last: Float[Tensor, "batch channels ..."]) -> Float[Tensor, "batch outputs"]:
        """The output, from the last of `feature_maps`."""
        return self.head(last.flatten(2).mean(2) if self.pooled and last.ndim == 4 else last.flatten(1))

    def forward(self, x: Float[Tensor, "batch ..."]) -> Float[Tensor, "batch outputs"]:
        """(batch, *data_shape) to (batch, outputs)."""
        return self.head_output(self.feature_maps(x)[-1])


def _layer(n_in: int, n_out: int, stride: int) -> nn.Sequential:
    """A convolution of this stride, or for a stride of 0 a linear layer; with normalisation and activation."""
    linear = Conv(n_in, n_out, stride) if stride else Linear(n_in, n_out)
    return nn.Sequential(linear, nn.GroupNorm(1, n_out, affine=False), nn.LeakyReLU(0.2))


class VggFeatures(nn.Module):
    """The convolutions of a pretrained VGG with fixed weights, and their feature maps.

        x ─► normalised colours ─► [convolution 3×3 ─► ReLU] × n ─► max-pooling ─► …        maps: the first of each size

    The layers are inferred from their names: `features.7.weight` is layer 7, each convolution is followed by a ReLU,
    and where one more number is skipped there is a max-pooling of 2×2. No code in the file is executed.

    Args:
        path: a safetensors file with names as in torchvision's VGG-11 to VGG-19; other entries are ignored.
        n_maps: number of feature maps, finest first.

    Raises:
        DataError: the file is missing or damaged, or has no such layers.

    References:
        Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", ICLR 2015.
    """

    def __init__(self, path: str | Path, n_maps: int = 3) -> None:
        super().__init__()
        weights = _read_vgg(path)
        numbers = sorted(int(match[1]) for name in weights if (match := _VGG_LAYER.fullmatch(name)))
        self.pools = [b - a >= _POOLING_STEP for a, b in zip([numbers[0], *numbers[:-1]], numbers, strict=True)]
        starts = [place for place, pooled in enumerate(self.pools) if pooled or place == 0][:n_maps]
        self.starts, count = set(starts), starts[-1] + 1
        self.layers = nn.ModuleList(_vgg_layer(weights, number, path) for number in numbers[:count])
        self.mean: Tensor
        self.scale: Tensor
        self.register_buffer("mean", torch.tensor(_MEAN).reshape(3, 1, 1))
        self.register_buffer("scale", torch.tensor(_SCALE).reshape(3, 1, 1))
        self.requires_grad_(requires_grad=False)

    def feature_maps(self, x: Float[Tensor, "batch channels height width"]) -> list[Tensor]:
        """The output of the first convolution at each size, (batch, features, height, width), finest first.

        Args:
            x: images in [0, 1], grey or in colour.
        """
        x = (x.expand(-1, 3, -1, -1) - self.mean) / self.scale
        found: list[Tensor] = []
        for place, layer in enumerate(self.layers):
            x = F.relu(layer(F.max_pool2d(x, 2) if self.pools[place] and min(x.shape[-2:]) > 1 else x))
            if place in self.starts:
                found.append(x)
        return found


def _read_vgg(path: str | Path) -> dict[str, Tensor]:
    try:
        weights = load_file(path)
    except (OSError, SafetensorError) as error:
        raise DataError(f"{path} cannot be read as a safetensors file: {error}") from error
    if not any(_VGG_LAYER.fullmatch(name) for name in weights):
        raise DataError(f"{path} has no layers named features.0.weight and so on, as a VGG has")
    return weights


def _vgg_layer(weights: dict[str, Tensor], number: int, path: str | Path) -> nn.Conv2d:
    weight, bias = weights[f"features.{number}.weight"], weights.get(f"features.{number}.bias")
    if weight.ndim != 4 or weight.shape[2:] != (3, 3) or bias is None or bias.shape != weight.shape[:1]:
        raise DataError(
            f"features.{number} in {path} is not a 3×3 convolution with a bias: use a VGG without batch normalisation"
        )
    layer = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1)
    layer.load_state_dict({"weight": weight.float(), "bias": bias.float()})
    return layer
