"""In which precision the networks are computed."""

from typing import Literal

import torch

from autoencode.kernels.torch_private import has_amx, has_avx512_bf16
from autoencode.model import Autoencoder
from autoencode.runs.plan import Precision


def resolve_precision(
    name: Literal["auto", "float32", "bfloat16"], device: torch.device, model: Autoencoder
) -> Precision:
    """`float32` or `bfloat16`; `auto` is bfloat16 for models without a prior where matrix units make it faster.

    AVX-512 without AMX has bfloat16 too, but gains less (docs/decisions/0016). Denoisers trained with three seeds lost
    nothing in bfloat16. For VAEs the measured difference is zero only to within two nats (docs/performance.md), so
    models with a prior stay in float32.

    Args:
        name: "auto", "float32" or "bfloat16".
        device: where the model is computed.
        model: the model.
    """
    if name != "auto":
        return name
    if model.prior is not None:
        return "float32"
    fast = torch.cuda.is_bf16_supported() if device.type == "cuda" else has_amx()
    return "bfloat16" if fast else "float32"


def is_emulated(precision: str, device: torch.device) -> bool:
    """Whether the processor only emulates bfloat16.

    With AVX2, or AVX-512 from before 2020, products in bfloat16 take several times as long as in float32, and up to a
    hundred times.
    """
    if precision != "bfloat16" or device.type != "cpu":
        return False
    known = has_avx512_bf16() or has_amx()
    return torch.backends.cpu.get_cpu_capability() in ("AVX2", "AVX512") and not known
