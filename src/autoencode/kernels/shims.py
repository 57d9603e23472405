"""The compiled operations as programs call them that PyTorch's compiler makes."""

import ctypes
from functools import cache
from typing import Any

import torch

from autoencode.kernels.library import addresses, kernels_file, library

_C_INTERFACE = (
    "aoti_torch_get_data_ptr",
    "aoti_torch_get_sizes",
    "aoti_torch_get_strides",
    "aoti_torch_empty_strided",
)
"""Of PyTorch: stable between its versions."""
_TENSOR = "AtenTensorHandle"
_TAKES = {
    "autoencode_convolve": f"const int64_t*, int64_t, {', '.join([_TENSOR + '*'] * 9)}",
    "autoencode_product": f"{_TENSOR}, {_TENSOR}, {_TENSOR}*, int32_t, {_TENSOR}*",
}
"""Of the operators in `calls` and `dense`, in C."""


def shims() -> dict[Any, list[str]]:
    """What the compiler has to know of the operators in `written_down` steps: `aot_inductor.custom_ops_to_c_shims`."""
    if library() is None:
        return {}
    _meet()
    return {
        getattr(torch.ops.autoencode, name).default: [f"AOTITorchError aoti_torch_cpu_{name}({takes})"]
        for name, takes in _TAKES.items()
    }


@cache
def _meet() -> None:
    """Puts the library where compiled programs find it, and tells it where PyTorch's C interface is."""
    everywhere = ctypes.CDLL(kernels_file(), mode=ctypes.RTLD_GLOBAL)
    everywhere.autoencode_meet_pytorch(*addresses(_C_INTERFACE))
