"""The sizes of a 3×3 convolution."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor


@dataclass(frozen=True)
class ConvShape:
    """A 3×3 convolution with zero padding of 1, from images (n, ci, h, w) to results (n, co, oh, ow).

    Where it is `rounded`, factors are rounded to bfloat16, if the processor multiplies that; sums are float32.
    """

    n: int
    h: int
    w: int
    ci: int
    oh: int
    ow: int
    co: int
    stride: int
    rounded: bool = False

    @property
    def as_ints(self) -> tuple[int, ...]:
        """The fields in the order of `Request` in cpp/convolution.cpp."""
        return self.n, self.h, self.w, self.ci, self.oh, self.ow, self.co, self.stride, self.rounded

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """Of the images."""
        return self.n, self.ci, self.h, self.w

    @property
    def output_shape(self) -> tuple[int, int, int, int]:
        """Of the results."""
        return self.n, self.co, self.oh, self.ow

    @property
    def pooled_shape(self) -> tuple[int, int, int, int]:
        """Of the maxima of 2×2 results; at an odd edge, of what is left of them."""
        return self.n, self.co, (self.oh + 1) // 2, (self.ow + 1) // 2

    @property
    def transposed(self) -> "ConvShape":
        """The convolution from results back to images, for a stride of 1."""
        return replace(self, h=self.oh, w=self.ow, ci=self.co, oh=self.h, ow=self.w, co=self.ci)

    @property
    def upsampled(self) -> "ConvShape":
        """The convolution of the images upsampled twofold before it."""
        return replace(self, oh=2 * self.h, ow=2 * self.w)


def conv_shape_of(image: tuple[int, ...], weight: Tensor, stride: int, padding: int) -> ConvShape | None:
    """The convolution of images of this shape; None where the kernel is not 3×3 or the padding is not 1.

    The channels are those of the weights; the caller compares them with the images'. Under autocast to bfloat16 the
    convolution is rounded.
    """
    co, ci, *kernel = weight.shape
    if len(image) != 4 or kernel != [3, 3] or padding != 1:
        return None
    n, _, h, w = image
    rounded = torch.is_autocast_enabled("cpu")
    return ConvShape(n, h, w, ci, (h - 1) // stride + 1, (w - 1) // stride + 1, co, stride, rounded)
