"""Operations in C++ of this library's own, compiled on this machine, where they are faster than PyTorch's.

They are used from the first training or the first opened run on, on processors with AVX2 or better, and need a C++
compiler; without one PyTorch's own are used, and the numbers are the same but for rounding.
"""

from autoencode.kernels.convolution import convolve as convolve
from autoencode.kernels.convolution import convolve_doubled as convolve_doubled
from autoencode.kernels.convolution import convolve_narrow as convolve_narrow
from autoencode.kernels.convolution import convolve_transposed as convolve_transposed
from autoencode.kernels.dense import are_products_faster as are_products_faster
from autoencode.kernels.dense import has_bfloat16 as has_bfloat16
from autoencode.kernels.dense import linear as linear
from autoencode.kernels.dense import product as product
from autoencode.kernels.dense import suits_products as suits_products
from autoencode.kernels.library import are_built as are_built
from autoencode.kernels.library import build_kernels as build_kernels
from autoencode.kernels.library import lack_a_compiler as lack_a_compiler
from autoencode.kernels.library import use_kernels as use_kernels
from autoencode.kernels.library import use_kernels_unless_told as use_kernels_unless_told
from autoencode.kernels.shape import suits_convolutions as suits_convolutions
from autoencode.kernels.shims import shims as shims
from autoencode.kernels.written import written_down as written_down
