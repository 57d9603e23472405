"""From half precision back to full."""

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor


def full_precision(x: Tensor) -> Tensor:
    """Half precision to float32; float32 and float64 stay."""
    return x.float() if x.dtype in (torch.bfloat16, torch.float16) else x


def is_autocast(device: torch.device) -> bool:
    """Whether layers on this device are asked to compute in half precision."""
    kind = device.type
    return torch.amp.is_autocast_available(kind) and torch.is_autocast_enabled(kind)


def without_autocast(device: torch.device) -> AbstractContextManager[object]:
    """What is computed inside keeps the precision of its numbers, whatever is asked for outside."""
    return torch.autocast(device.type, enabled=False) if is_autocast(device) else nullcontext()
