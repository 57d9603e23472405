"""Which arithmetic the networks run in, and on what."""

import torch

from autoencode.model import Autoencoder


def resolve_precision(name: str, device: torch.device, model: Autoencoder) -> str:
    """`float32` or `bfloat16`; `auto` is bfloat16 where matrix units make it faster and nothing was seen to be lost.

    AVX-512 without AMX has it too, but gains less (docs/decisions/0016). A denoiser of three seeds lost nothing by it;
    of VAEs no loss was seen, to within two nats (docs/performance.md): those with a prior stay float32.
    """
    if name != "auto":
        return name
    if model.prior is not None:
        return "float32"
    fast = torch.cuda.is_bf16_supported() if device.type == "cuda" else torch.cpu._is_amx_tile_supported()  # pyright: ignore[reportPrivateUsage]
    return "bfloat16" if fast else "float32"


def is_emulated(precision: str, device: torch.device) -> bool:
    """Whether the processor has to make do without: with AVX2, or AVX-512 of before 2020, products in bfloat16 take
    several times as long as in float32, and up to a hundred times.
    """
    if precision != "bfloat16" or device.type != "cpu":
        return False
    known = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()  # pyright: ignore[reportPrivateUsage]
    return torch.backends.cpu.get_cpu_capability() in ("AVX2", "AVX512") and not known
