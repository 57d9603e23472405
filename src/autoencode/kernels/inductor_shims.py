"""The compiled operations as programs call them that PyTorch's compiler makes."""

import ctypes
from functools import cache
from typing import Any

import torch

from autoencode.kernels.library import enabled_library, function_pointers, library_path

_C_INTERFACE = (
    "aoti_torch_get_data_ptr",
    "aoti_torch_get_sizes",
    "aoti_torch_get_strides",
    "aoti_torch_empty_strided",
)
"""Of PyTorch: stable between its versions."""
_TENSOR = "AtenTensorHandle"
_SIGNATURES = {
    "autoencode_convolve": f"const int64_t*, int64_t, {', '.join([_TENSOR + '*'] * 9)}",
    "autoencode_matmul": f"{_TENSOR}, {_TENSOR}, {_TENSOR}*, int32_t, {_TENSOR}*",
}
"""Of the operators in `calls` and `dense`, in C."""


def c_shims() -> dict[Any, list[str]]:
    """What the compiler has to know of the operators in `trace_custom_ops` steps: `aot_inductor.custom_ops_to_c_shims`."""
    if enabled_library() is None:
        return {}
    _register()
    return {
        getattr(torch.ops.autoencode, name).default: [f"AOTITorchError aoti_torch_cpu_{name}({takes})"]
        for name, takes in _SIGNATURES.items()
    }


@cache
def _register() -> None:
    """Puts the library where compiled programs find it, and tells it where PyTorch's C interface is."""
    everywhere = ctypes.CDLL(library_path(), mode=ctypes.RTLD_GLOBAL)
    everywhere.autoencode_set_torch_api(*function_pointers(_C_INTERFACE))
