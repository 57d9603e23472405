"""A network of convolutions that someone else trained, read from a file of weights."""

import re
from pathlib import Path

import torch
import torch.nn.functional as F
from jaxtyping import Float
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from autoencode.errors import DataError

_NAMED = re.compile(r"features\.(\d+)\.weight")
_AFTER_POOLING = 3
_MEAN, _SCALE = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


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
        weights = _read(path)
        numbers = sorted(int(match[1]) for name in weights if (match := _NAMED.fullmatch(name)))
        self.pools = [b - a >= _AFTER_POOLING for a, b in zip([numbers[0], *numbers[:-1]], numbers, strict=True)]
        starts = [place for place, pooled in enumerate(self.pools) if pooled or place == 0][:n_maps]
        self.starts, count = set(starts), starts[-1] + 1
        self.layers = nn.ModuleList(_layer(weights, number, path) for number in numbers[:count])
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


def _read(path: str | Path) -> dict[str, Tensor]:
    try:
        weights = load_file(path)
    except (OSError, SafetensorError) as error:
        raise DataError(f"{path} is no safetensors file that can be read: {error}") from error
    if not any(_NAMED.fullmatch(name) for name in weights):
        raise DataError(f"{path} holds no layers named features.0.weight and so on, as a VGG's are")
    return weights


def _layer(weights: dict[str, Tensor], number: int, path: str | Path) -> nn.Conv2d:
    weight, bias = weights[f"features.{number}.weight"], weights.get(f"features.{number}.bias")
    if weight.ndim != 4 or weight.shape[2:] != (3, 3) or bias is None or bias.shape != weight.shape[:1]:
        raise DataError(
            f"features.{number} in {path} is no 3×3 convolution with a bias; a VGG without batch norm is taken"
        )
    layer = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1)
    layer.load_state_dict({"weight": weight.float(), "bias": bias.float()})
    return layer
