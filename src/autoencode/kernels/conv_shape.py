"""Which convolutions can be computed here, and faster than by PyTorch."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from autoencode.kernels.library import enabled_library
from autoencode.kernels.tracing import is_tracing_custom_ops

_LANES = 16
_MAX_FEW_CHANNELS = 4
"""Of so few channels, as pictures have them, a convolution writes more than it computes."""
_MIN_POINTS = 512
"""Smaller results of all pictures together take PyTorch less time than the weights take here."""
_MAX_WEIGHTS = 2**16
"""Of more weights between two maps (256 × 256) the products of a tile no longer fit into the cache."""
_MAX_ACCUMULATORS = 2**21
"""Of weights in all threads: each has sums of its own, of 36 points for a weight."""


@dataclass(frozen=True)
class ConvShape:
    """A convolution of 3×3 with a frame of zeros: pictures (n, ci, h, w), results (n, co, oh, ow).

    Where it is `rounded`, what is multiplied is in bfloat16, on processors that multiply it; sums are float32.
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
        """As the compiled functions take them."""
        return self.n, self.h, self.w, self.ci, self.oh, self.ow, self.co, self.stride, self.rounded

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """Their sides."""
        return self.n, self.ci, self.h, self.w

    @property
    def output_shape(self) -> tuple[int, int, int, int]:
        """The sides of results."""
        return self.n, self.co, self.oh, self.ow

    @property
    def pooled_shape(self) -> tuple[int, int, int, int]:
        """The sides of the maxima of 2×2 results, of fewer at the edge."""
        return self.n, self.co, (self.oh + 1) // 2, (self.ow + 1) // 2

    @property
    def is_large(self) -> bool:
        """Whether there is enough to do, for one of the compiled functions."""
        return self.n * self.oh * self.ow >= _MIN_POINTS and self.stride in (1, 2)

    @property
    def fits_winograd(self) -> bool:
        """Whether there are channels enough on both sides, and not too many."""
        weights = self.ci * self.co
        fits = weights <= _MAX_WEIGHTS and weights * torch.get_num_threads() <= _MAX_ACCUMULATORS
        return fits and not self.ci % _LANES and not self.co % _LANES

    @property
    def has_few_inputs(self) -> bool:
        """Whether the picture has few channels, and the result many."""
        return self.ci <= _MAX_FEW_CHANNELS and not self.co % _LANES

    @property
    def has_few_outputs(self) -> bool:
        """Whether the picture has many channels, and the result few, at the same size."""
        return self.co <= _MAX_FEW_CHANNELS and not self.ci % _LANES and self.stride == 1

    @property
    def transposed(self) -> "ConvShape":
        """The convolution back, of the same size."""
        return replace(self, h=self.oh, w=self.ow, ci=self.co, oh=self.h, ow=self.w, co=self.ci)

    @property
    def upsampled(self) -> "ConvShape":
        """The same of pictures that are enlarged twofold before."""
        return replace(self, oh=2 * self.h, ow=2 * self.w)

    @property
    def feeds_all_threads(self) -> bool:
        """Whether every thread has a picture of its own, as the way back asks for."""
        return self.n >= torch.get_num_threads()


def conv_shape_of(picture: tuple[int, ...], weight: Tensor, stride: int, padding: int) -> ConvShape | None:
    """The convolution of pictures of this shape, (n, any, h, w); None where the kernel or its frame is another.

    Under autocast to bfloat16 it is rounded. The channels of the pictures are the weights': whether these are theirs is
    for the caller to see.
    """
    co, ci, *kernel = weight.shape
    if len(picture) != 4 or kernel != [3, 3] or padding != 1:
        return None
    n, _, h, w = picture
    rounded = torch.is_autocast_enabled("cpu")
    return ConvShape(n, h, w, ci, (h - 1) // stride + 1, (w - 1) // stride + 1, co, stride, rounded)


def can_compute(x: Tensor, weight: Tensor, bias: Tensor | None, out: int, *, cast: bool = False) -> bool:
    """Whether these are numbers in this machine's memory, for `out` channels, which nobody traces, records or casts.

    Whoever writes down operations of our own (`trace_custom_ops`) may record them.

    Args:
        x: what is computed with.
        weight: of a layer.
        bias: of a layer.
        out: channels.
        cast: autocast to bfloat16 does no harm, where it is replaced.
    """
    if _is_transformed() or (torch.is_autocast_enabled("cpu") and not (cast and replaces_autocast())):
        return False
    if not all(map(_is_plain, (x, weight) if bias is None else (x, weight, bias))):
        return False
    return (bias is None or bias.shape == (out,)) and enabled_library() is not None


def suits_convolutions(precision: str) -> bool:
    """Whether convolutions of our own are faster than PyTorch's in this precision.

    In bfloat16, where a processor multiplies it, they round what they multiply, and elsewhere they stay in float32. In
    float32 already they are as fast as oneDNN in bfloat16; only matrix units (AMX) are faster.

    Args:
        precision: float32 or bfloat16.
    """
    matrix_units = torch.cpu._is_amx_tile_supported()  # pyright: ignore[reportPrivateUsage]
    return precision == "float32" or (precision == "bfloat16" and not matrix_units)


def replaces_autocast() -> bool:
    """Whether our own layers do here what autocast to bfloat16 asks for: they round what they multiply where the
    processor multiplies it, and nothing else. PyTorch's would round what is between layers as well.
    """
    asked = torch.is_autocast_enabled("cpu") and torch.get_autocast_dtype("cpu") == torch.bfloat16
    return asked and suits_convolutions("bfloat16") and enabled_library() is not None


def to_float32(x: Tensor) -> Tensor:
    """What came out of one of PyTorch's layers in bfloat16 as float32 again, for one of our own."""
    halved = x.dtype == torch.bfloat16 and x.device.type == "cpu"
    return x.float() if halved and replaces_autocast() else x


def _is_transformed() -> bool:
    if torch.compiler.is_compiling() or torch.jit.is_tracing():  # pyright: ignore[reportPrivateImportUsage]
        return True
    mapped = torch._C._functorch.peek_interpreter_stack() is not None  # pyright: ignore
    recorded = torch._C._len_torch_dispatch_stack() > 0 and not is_tracing_custom_ops()  # pyright: ignore
    forwards = torch.autograd.forward_ad._current_level >= 0  # pyright: ignore
    return mapped or recorded or forwards


def _is_plain(tensor: Tensor) -> bool:
    here = tensor.device.type == "cpu" and tensor.dtype == torch.float32
    return here and type(tensor) in (Tensor, torch.nn.Parameter)
