"""Convolutions for decoders: transposed, after upsampling, and to few channels."""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from autoencode.kernels import convolve, convolve_few_outputs, convolve_transposed, convolve_upsampled, is_exporting
from autoencode.nn.convolutions.overlap_add import overlap_add
from autoencode.nn.convolutions.sizes import Size


class TransposedConv(nn.ConvTranspose2d):
    """PyTorch's transposed convolution with equal strides and paddings, faster in training on CPUs."""

    def forward(
        self,
        input: Float[Tensor, "batch channels h w"],
        output_size: list[int] | None = None,
        *,
        relu: bool = False,
    ) -> Float[Tensor, "batch out height width"]:
        """(batch, in_channels, h, w) to (batch, out_channels, height, width).

        Args:
            input: the images.
            output_size: as in PyTorch.
            relu: apply a ReLU to the output.
        """
        if output_size is not None:
            out = super().forward(input, output_size)
            return out.relu_() if relu else out
        stride, padding, kernel = self.stride[0], int(self.padding[0]), self.kernel_size[0]
        height, width = (
            (n - 1) * stride - 2 * padding + kernel + more
            for n, more in zip(input.shape[2:], self.output_padding, strict=True)
        )
        return conv_transpose2d(input, self.weight, self.bias, stride, padding, (height, width), relu=relu)


class FewOutputsConv(nn.Conv2d):
    """A convolution of stride 1 to few channels, such as a decoder's last: two to three times faster in training."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int = 3) -> None:
        super().__init__(in_channels, out_channels, kernel_size, padding=kernel_size // 2)

    def forward(self, input: Float[Tensor, "batch channels h w"]) -> Float[Tensor, "batch out h w"]:
        """(batch, in_channels, h, w) to (batch, out_channels, h, w)."""
        out = convolve_few_outputs(input, self.weight, self.bias) if self.padding == (1, 1) else None
        if out is not None:
            return out
        transposed_weight = self.weight.flip(2, 3).transpose(0, 1)
        if not _has_few_outputs(input, transposed_weight):
            return super().forward(input)
        height, width = input.shape[2:]
        return conv_transpose2d(input, transposed_weight, self.bias, 1, self.kernel_size[0] // 2, (height, width))


class UpsampledConv(nn.Conv2d):
    """Nearest-neighbour upsampling and a 3×3 convolution, computed without the upsampled image.

    If both sides double, each output depends on four points of the input, so one transposed convolution of 4×4 with a
    stride of 2 is the same function, with 4/9 of the arithmetic and a quarter of the memory. Its weights are sums of
    those of the 3×3. On CPUs a kernel needs a quarter of the arithmetic (`autoencode.kernels`). Other sizes are
    upsampled and convolved.

    Args:
        in_channels: of the input, (batch, in_channels, any, any).
        out_channels: of the output, (batch, out_channels, *size).
        size: (height, width) of the output.

    References:
        Odena, Dumoulin and Olah, "Deconvolution and checkerboard artifacts", Distill 2016, on upsampling before
        convolving; the four points: Shi et al., "Is the deconvolution layer the same as a convolutional layer?",
        arXiv:1609.07009.
    """

    def __init__(self, in_channels: int, out_channels: int, size: Size) -> None:
        super().__init__(in_channels, out_channels, 3, padding=1)
        self.size = size

    def forward(
        self, input: Float[Tensor, "batch channels h w"], *, relu: bool = False
    ) -> Float[Tensor, "batch out height width"]:
        """(batch, in_channels, any, any) to (batch, out_channels, *size).

        Args:
            input: the images.
            relu: apply a ReLU to the output.
        """
        height, width = input.shape[2:]
        if is_exporting() or (2 * height, 2 * width) != tuple(self.size):
            enlarged = F.interpolate(input, size=self.size, mode="nearest")
            return convolve(enlarged, self.weight, self.bias, 1, 1, relu=relu)
        out = convolve_upsampled(input, self.weight, self.bias, relu=relu)
        if out is not None:
            return out
        return conv_transpose2d(input, _transposed_weight(self.weight), self.bias, 2, 1, self.size, relu=relu)

    def extra_repr(self) -> str:
        """The channels and the size."""
        return f"{self.in_channels}, {self.out_channels}, size={self.size}"


def _transposed_weight(weight: Tensor) -> Tensor:
    """The 4×4 weights of the transposed convolution, (in, out, 4, 4): flipped sums of neighbours of the 3×3."""
    flipped = F.pad(weight.flip(2, 3), (1, 1, 1, 1))
    return F.avg_pool2d(flipped, 2, stride=1, divisor_override=1).transpose(0, 1)


def conv_transpose2d(
    x: Float[Tensor, "batch channels h w"],
    weight: Float[Tensor, "channels out k k"],
    bias: Float[Tensor, " out"] | None,
    stride: int,
    padding: int,
    size: Size,
    *,
    relu: bool = False,
) -> Float[Tensor, "batch out height width"]:
    """PyTorch's function, with faster paths on CPUs; the last two are for training.

    Kernels of 3×3 are computed by `autoencode.kernels` where that is faster. The bias is added separately, because
    oneDNN's gradient of the bias takes longer than all others together. For few output channels, a matrix product gives
    the patch that each point adds to the output, and the patches are summed.

    Args:
        x: (batch, channels, h, w).
        weight: as in `torch.nn.functional.conv_transpose2d`.
        bias: one for each output channel.
        stride: in both directions.
        padding: at all edges.
        size: (height, width) of the output.
        relu: apply a ReLU to the output.
    """
    out = convolve_transposed(x, weight, bias, stride, padding, size, relu=relu)
    if out is not None:
        return out
    if _has_few_outputs(x, weight):
        out = _gemm_overlap_add(x, weight, stride, padding, size)
        out = out if bias is None else out + bias[:, None, None]
        return out.relu() if relu else out
    out = _torch_conv_transpose2d(x, weight, bias, stride, padding, size)
    return out.relu_() if relu else out


def _torch_conv_transpose2d(
    x: Tensor, weight: Tensor, bias: Tensor | None, stride: int, padding: int, size: Size
) -> Tensor:
    more = [
        side - ((n - 1) * stride - 2 * padding + weight.shape[2]) for side, n in zip(size, x.shape[2:], strict=True)
    ]
    apart = bias is not None and x.device.type == "cpu" and torch.is_grad_enabled() and not is_exporting()
    out = F.conv_transpose2d(x, weight, None if apart else bias, stride, padding, more)
    return out.add_(bias[:, None, None]) if apart and bias is not None else out


def _has_few_outputs(x: Tensor, weight: Tensor) -> bool:
    """Whether the patch that each point adds to the output has no more values than the point has channels.

    Not for programs that leave this process: those hold PyTorch's own operations, without `overlap_add`'s own gradient.
    """
    if is_exporting():
        return False
    channels, out, *kernel = weight.shape
    trains_here = x.device.type == "cpu" and torch.is_grad_enabled() and not torch.is_autocast_enabled("cpu")
    return trains_here and kernel[0] * kernel[1] * out <= channels


def _gemm_overlap_add(x: Tensor, weight: Tensor, stride: int, padding: int, size: Size) -> Tensor:
    channels, out, kernel, _ = weight.shape
    points = x.movedim(1, -1)  # no copy where channels are last
    patches = weight.permute(2, 3, 1, 0).reshape(-1, channels) @ points.reshape(-1, channels).t()
    patches = patches.view(kernel, kernel, out, *points.shape[:-1])
    return overlap_add(patches, (kernel, stride, padding, *size)).transpose(0, 1)
