"""The U-Net of the ready-made models, computed by NumPy alone, so that cleaning needs no PyTorch."""

import json
import math
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autoencode.errors import DataError

Float = npt.NDArray[np.float32]
_BUFFER_BYTES = 6 * 2**20
"""Of the columns that a convolution multiplies at a time: about the size of a processor's cache."""


class UNet:
    """The same function as `autoencode.nn.UNet` of the restorers, with the image added: x + network(x).

    A convolution is three products of matrices for each strip of rows: weights (out, 3 · in) by columns (3 · in, rows ·
    width), in which the neighbours to the left and right stand below each other. Feature maps are kept whole, so memory
    is about 350 bytes a pixel; `tiled` bounds it.

    Args:
        weights: by the names of the PyTorch module.

    References:
        Ronneberger, Fischer and Brox, "U-Net", MICCAI 2015; the residual image: Zhang et al., "Beyond a Gaussian
        denoiser", IEEE TIP 2017, equation 1.
    """

    def __init__(self, weights: Mapping[str, Float]) -> None:
        self.weights = weights
        self.levels = 1 + sum(name.startswith("smaller.") and name.endswith(".weight") for name in weights)
        self.multiple = 2**self.levels
        self.blocks = sum(name.startswith("down.0.") and name.endswith(".layers.1.weight") for name in weights)
        self.channels = weights["first.1.weight"].shape[1] // 4
        sizes = [2 ** (level + 1) for level in range(self.levels)]
        ways = (2 * self.blocks * size * (1 if size == sizes[-1] else 2) for size in sizes)
        self.halo = sizes[0] * 2 + sum(ways) + sizes[-1]

    def __call__(self, x: Float) -> Float:
        """(channels, height, width) in [0, 1] to the same shape; values may leave [0, 1] a little."""
        height, width = x.shape[1:]
        padded = np.pad(x, ((0, 0), (0, -height % self.multiple), (0, -width % self.multiple)), mode="edge")
        maps = [self._run_blocks("down.0", self._convolve("first.1", _unshuffle(padded), relu=False))]
        for level in range(1, self.levels):
            maps.append(self._run_blocks(f"down.{level}", self._halve(level - 1, maps[-1])))
        inner = maps.pop()
        for level in reversed(range(self.levels - 1)):
            joined = maps.pop()
            joined += self._double(level, inner)
            inner = self._run_blocks(f"up.{level}", joined)
        correction = _shuffle(self._convolve("last.1", inner, relu=True))
        return x + correction[:, :height, :width]

    def tiled(self, x: Float, tile: int = 1536) -> Float:
        """The same for images of any size with memory for one tile: tiles overlap by the halo of the receptive field.

        Args:
            x: (channels, height, width).
            tile: the longest side of a tile in pixels, halo included.
        """
        height, width = x.shape[1:]
        if height <= tile and width <= tile:
            return self(x)
        halo = -(-self.halo // self.multiple) * self.multiple
        step = (tile - 2 * halo) // self.multiple * self.multiple
        out = np.empty_like(x)
        for top in range(0, height, step):
            for left in range(0, width, step):
                above, before = min(top, halo), min(left, halo)
                part = x[:, top - above : top + step + halo, left - before : left + step + halo]
                inner = (slice(None), slice(top, top + step), slice(left, left + step))
                rows, columns = out[inner].shape[1:]
                out[inner] = self(part)[:, above : above + rows, before : before + columns]
        return out

    def _run_blocks(self, name: str, x: Float) -> Float:
        """Residual blocks, added to `x` in place."""
        for block in range(self.blocks):
            hidden = self._convolve(f"{name}.{block}.layers.1", x, relu=True)
            x += self._convolve(f"{name}.{block}.layers.3", hidden, relu=True)
        return x

    def _convolve(self, name: str, x: Float, *, relu: bool) -> Float:
        """A 3×3 convolution with zeros beyond the edges, after a ReLU if asked."""
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        channels, height, width = x.shape
        # (row of the window, out, column of the window · in)
        matrices = np.ascontiguousarray(weight.transpose(2, 0, 3, 1)).reshape(3, len(weight), 3 * channels)
        out = np.empty((len(weight), height, width), np.float32)
        rows = max(4, min(height, _BUFFER_BYTES // (12 * channels * width)))
        for top in range(0, height, rows):
            bottom = min(height, top + rows)
            columns = _columns(x, top, bottom, relu=relu).reshape(3 * channels, -1)
            n = (bottom - top) * width
            strip = matrices[0] @ columns[:, :n]
            strip += matrices[1] @ columns[:, width : width + n]
            strip += matrices[2] @ columns[:, 2 * width :]
            strip += bias[:, None]
            out[:, top:bottom] = strip.reshape(len(weight), bottom - top, width)
        return out

    def _halve(self, level: int, x: Float) -> Float:
        weight, bias = self.weights[f"smaller.{level}.weight"], self.weights[f"smaller.{level}.bias"]
        channels, height, width = x.shape
        patches = _unshuffle(x).reshape(4 * channels, -1)
        out = weight.reshape(len(weight), -1) @ patches
        out += bias[:, None]
        return out.reshape(len(weight), height // 2, width // 2)

    def _double(self, level: int, x: Float) -> Float:
        weight, bias = self.weights[f"larger.{level}.weight"], self.weights[f"larger.{level}.bias"]
        channels, height, width = x.shape
        out = weight.reshape(channels, -1).T @ x.reshape(channels, -1)
        out += np.repeat(bias, 4)[:, None]
        return _shuffle(out.reshape(-1, height, width))


def _columns(x: Float, top: int, bottom: int, *, relu: bool) -> Float:
    """Rows of `x` and their neighbours on all sides: (left, middle or right; channels; rows + 2; width)."""
    channels, height, width = x.shape
    columns = np.zeros((3, channels, bottom - top + 2, width), np.float32)
    first, last = max(0, top - 1), min(height, bottom + 1)
    middle = columns[1][:, first - top + 1 : last - top + 1]
    if relu:
        np.maximum(x[:, first:last], 0, out=middle)
    else:
        middle[...] = x[:, first:last]
    columns[0, :, :, 1:] = columns[1, :, :, :-1]
    columns[2, :, :, :-1] = columns[1, :, :, 1:]
    return columns


def _unshuffle(x: Float) -> Float:
    """Pixels of 2×2 become channels: (channels, height, width) to (4 · channels, height / 2, width / 2)."""
    channels, height, width = x.shape
    split = x.reshape(channels, height // 2, 2, width // 2, 2)
    return np.ascontiguousarray(split.transpose(0, 2, 4, 1, 3)).reshape(4 * channels, height // 2, width // 2)


def _shuffle(x: Float) -> Float:
    """The inverse of `_unshuffle`."""
    channels, height, width = x.shape
    split = x.reshape(channels // 4, 2, 2, height, width)
    return np.ascontiguousarray(split.transpose(0, 3, 1, 4, 2)).reshape(channels // 4, 2 * height, 2 * width)


def read_weights(file: Path) -> dict[str, Float]:
    """The weights of a safetensors file as 32-bit floats.

    Args:
        file: of 16-bit or 32-bit floats.

    Raises:
        DataError: it is damaged.

    References:
        The format: github.com/huggingface/safetensors, "Format".
    """
    data = file.read_bytes()
    try:
        (length,) = struct.unpack_from("<Q", data)
        header: dict[str, Any] = json.loads(data[8 : 8 + length])
        header.pop("__metadata__", None)
        return {name: _tensor(data, 8 + length, entry) for name, entry in header.items()}
    except (struct.error, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{file} is damaged: install autoencode again") from error


def _tensor(data: bytes, start: int, entry: dict[str, Any]) -> Float:
    kind = {"F16": np.float16, "F32": np.float32}[entry["dtype"]]
    flat = np.frombuffer(data, kind, math.prod(entry["shape"]), start + entry["data_offsets"][0])
    return flat.reshape(entry["shape"]).astype(np.float32)
