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
    """Layers from an example to a few numbers, for critics and for comparing examples by what a network sees in them.

        x ─► layer ─► map 1 ─► layer ─► map 2 ─► … ─► map n ─► flatten, or mean over positions ─► linear ─► output

    A layer is a 3×3 convolution (for vectors: a linear layer), a normalisation and LeakyReLU of 0.2. The normalisation
    is over all of a layer of one example, and has no weights: so examples do not touch each other, and maps keep
    their size of order one however long the network learns.

    Args:
        data_shape: (channels, height, width) of any size, or (dimensions,).
        channels: of each layer.
        outputs: numbers at the end.
        strides: of each convolution; by default 2.
        pooled: whether the last map is averaged over its positions, so that pictures of other sizes are taken too.

    Raises:
        ArgumentError: no layer.

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
            raise ArgumentError("a network of layers has at least one: give the channels of each")
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
        """What each layer gives, (batch, channels, height, width) or (batch, channels), finest first."""
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
    """A convolution of this stride, or for a stride of 0 a linear layer; with what follows it."""
    linear = Conv(n_in, n_out, stride) if stride else Linear(n_in, n_out)
    return nn.Sequential(linear, nn.GroupNorm(1, n_out, affine=False), nn.LeakyReLU(0.2))


class VggFeatures(nn.Module):
    """The convolutions of a VGG, fixed, and the maps that they make of a picture.

        x ─► normalised colours ─► [convolution 3×3 ─► ReLU] × n ─► halve by maximum ─► …        maps: the first of each

    Which layers there are is read off the names: `features.7.weight` is the seventh layer, each convolution is followed
    by a ReLU, and where a number more is left out there is a maximum over 2×2 points. Nothing in the file is run.

    Args:
        path: a safetensors file with such names, as PyTorch's own VGG-11 to VGG-19 have; other entries are passed over.
        n_maps: maps that are made, finest first.

    Raises:
        DataError: the file is missing, damaged, or holds no such layers.

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
        """What the first convolution at each size gives, (batch, features, height, width), finest first.

        Args:
            x: pictures in [0, 1], grey or in colours.
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
        raise DataError(f"{path} is no safetensors file that can be read: {error}") from error
    if not any(_VGG_LAYER.fullmatch(name) for name in weights):
        raise DataError(f"{path} holds no layers named features.0.weight and so on, as a VGG's are")
    return weights


def _vgg_layer(weights: dict[str, Tensor], number: int, path: str | Path) -> nn.Conv2d:
    weight, bias = weights[f"features.{number}.weight"], weights.get(f"features.{number}.bias")
    if weight.ndim != 4 or weight.shape[2:] != (3, 3) or bias is None or bias.shape != weight.shape[:1]:
        raise DataError(
            f"features.{number} in {path} is no 3×3 convolution with a bias; a VGG without batch norm is taken"
        )
    layer = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1)
    layer.load_state_dict({"weight": weight.float(), "bias": bias.float()})
    return layer
