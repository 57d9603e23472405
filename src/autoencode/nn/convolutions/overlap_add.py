"""Patches of images, and their sum back into images (PyTorch's unfold and fold)."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd import Function

Grid = tuple[int, int, int, int, int]
"""(kernel, stride, padding, height, width) of the patches of an image of height × width."""


def overlap_add(patches: Float[Tensor, "k k channels batch h w"], grid: Grid) -> Tensor:
    """The sum of overlapping patches, (channels, batch, height, width); values outside the image are dropped.

    Args:
        patches: (kernel, kernel, channels, batch, h, w), where [a, b, …, i, j] belongs to the point
            (i · stride + a − padding, j · stride + b − padding).
        grid: the kernel, the stride, the padding, and the size of the image.
    """
    return _OverlapAdd.apply(patches, grid)


def extract_patches(pictures: Float[Tensor, "channels batch height width"], grid: Grid) -> Tensor:
    """The transpose of `overlap_add`: (kernel, kernel, channels, batch, h, w), with zeros outside the image."""
    return _Patches.apply(pictures, grid)


class _OverlapAdd(Function):
    """A linear function, so the gradient is its transpose, `_Patches`."""

    @staticmethod
    def forward(ctx: Any, patches: Tensor, grid: Grid) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx.grid = grid
        _, _, padding, height, width = grid
        padded = patches.new_zeros(*patches.shape[2:4], *_padded_size(patches.shape[-2:], grid))
        for one, patch in zip(_shifts(padded, patches.shape[-2:], grid), patches.flatten(0, 1), strict=True):
            one += patch
        return padded[..., padding : padding + height, padding : padding + width].contiguous()

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> tuple[Tensor, None]:  # pyright: ignore[reportIncompatibleMethodOverride]
        return extract_patches(grad_output, ctx.grid), None


class _Patches(Function):
    """A linear function, so the gradient is its transpose, `_OverlapAdd`."""

    @staticmethod
    def forward(ctx: Any, pictures: Tensor, grid: Grid) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx.grid = grid
        kernel, stride, padding, height, width = grid
        size = tuple((side + 2 * padding - kernel) // stride + 1 for side in (height, width))
        padded = pictures.new_zeros(*pictures.shape[:2], *_padded_size(size, grid))
        padded[..., padding : padding + height, padding : padding + width] = pictures
        return torch.stack(_shifts(padded, size, grid)).unflatten(0, (kernel, kernel))

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> tuple[Tensor, None]:  # pyright: ignore[reportIncompatibleMethodOverride]
        return overlap_add(grad_output, ctx.grid), None


def _padded_size(size: tuple[int, ...], grid: Grid) -> tuple[int, int]:
    """The size of the image with its padding, or of the area of the patches if that is larger."""
    kernel, stride, padding, height, width = grid
    reach = ((n - 1) * stride + kernel for n in size)
    high, wide = (max(r, side + 2 * padding) for r, side in zip(reach, (height, width), strict=True))
    return high, wide


def _shifts(padded: Tensor, size: tuple[int, ...], grid: Grid) -> list[Tensor]:
    """The values at each position of the kernel: kernel² views, (channels, batch, h, w)."""
    kernel, stride = grid[:2]
    high, wide = ((n - 1) * stride + 1 for n in size)
    return [padded[..., a : a + high : stride, b : b + wide : stride] for a in range(kernel) for b in range(kernel)]
