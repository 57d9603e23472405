"""How programs that PyTorch's compiler (Inductor) makes call this library's operators: by C functions."""

import ctypes
from functools import cache
from typing import Any

import torch

from autoencode.kernels.library import enabled_library, library_path
from autoencode.kernels.torch_private import AOTI_TENSOR, aoti_functions, c_shim

_PARAMETERS = {
    "autoencode_convolve": f"const int64_t*, int64_t, {', '.join([f'{AOTI_TENSOR}*'] * 9)}",
    "autoencode_matmul": f"{AOTI_TENSOR}, {AOTI_TENSOR}, {AOTI_TENSOR}*, int32_t, {AOTI_TENSOR}*",
}
"""Of the C functions of the operators in convolution_ops.py and matmul_ops.py."""


def c_shims() -> dict[Any, list[str]]:
    """The C declaration of each operator that a graph traced within `trace_custom_ops` can hold.

    Raises:
        CapabilityError: this release of PyTorch has another C interface.
    """
    if enabled_library() is None:
        return {}
    _make_callable()
    return {
        getattr(torch.ops.autoencode, name).default: [c_shim(name, parameters)]
        for name, parameters in _PARAMETERS.items()
    }


@cache
def _make_callable() -> None:
    """Makes the functions visible to programs, and gives them PyTorch's C interface."""
    visible = ctypes.CDLL(library_path(), mode=ctypes.RTLD_GLOBAL)
    visible.autoencode_set_torch_api(*aoti_functions())
