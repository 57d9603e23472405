"""Operations in C++ of this library's own, compiled on this machine, where they are faster than PyTorch's.

They are used while the functions of this library run, on processors with AVX2 or better, and need a C++
compiler; without one PyTorch's own are used, and the numbers are the same but for rounding.
"""

from autoencode.kernels.conv_shape import suits_convolutions as suits_convolutions
from autoencode.kernels.convolution import convolve as convolve
from autoencode.kernels.convolution import convolve_few_outputs as convolve_few_outputs
from autoencode.kernels.convolution import convolve_transposed as convolve_transposed
from autoencode.kernels.convolution import convolve_upsampled as convolve_upsampled
from autoencode.kernels.gemm import has_bfloat16 as has_bfloat16
from autoencode.kernels.gemm import is_matmul_faster as is_matmul_faster
from autoencode.kernels.gemm import linear as linear
from autoencode.kernels.gemm import matmul as matmul
from autoencode.kernels.gemm import suits_matmul as suits_matmul
from autoencode.kernels.inductor_shims import c_shims as c_shims
from autoencode.kernels.library import build_kernels as build_kernels
from autoencode.kernels.library import kernels_are_built as kernels_are_built
from autoencode.kernels.library import kernels_by_default as kernels_by_default
from autoencode.kernels.library import lacks_compiler as lacks_compiler
from autoencode.kernels.library import use_kernels as use_kernels
from autoencode.kernels.tracing import trace_custom_ops as trace_custom_ops
