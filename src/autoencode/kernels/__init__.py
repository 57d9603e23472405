"""Convolutions and matrix products in C++, compiled on this machine, where they are faster than PyTorch's.

They are used while the functions of this library run, on processors with AVX2 or AVX-512 where there is a C++ compiler.
Elsewhere layers are PyTorch's own, and the results are the same but for rounding. README.md in this folder explains
how they work.
"""

from autoencode.kernels.convolution import convolve as convolve
from autoencode.kernels.convolution import convolve_few_outputs as convolve_few_outputs
from autoencode.kernels.convolution import convolve_transposed as convolve_transposed
from autoencode.kernels.convolution import convolve_upsampled as convolve_upsampled
from autoencode.kernels.dispatch import has_bfloat16 as has_bfloat16
from autoencode.kernels.dispatch import is_matmul_faster as is_matmul_faster
from autoencode.kernels.dispatch import suits_convolutions as suits_convolutions
from autoencode.kernels.dispatch import suits_matmul as suits_matmul
from autoencode.kernels.gemm import linear as linear
from autoencode.kernels.inductor_shims import c_shims as c_shims
from autoencode.kernels.library import build_kernels as build_kernels
from autoencode.kernels.library import kernels_are_built as kernels_are_built
from autoencode.kernels.library import kernels_by_default as kernels_by_default
from autoencode.kernels.library import use_kernels as use_kernels
from autoencode.kernels.library import why_no_kernels as why_no_kernels
from autoencode.kernels.matmul_ops import matmul as matmul
from autoencode.kernels.tracing import is_exporting as is_exporting
from autoencode.kernels.tracing import trace_custom_ops as trace_custom_ops
