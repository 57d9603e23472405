"""Full precision under autocast."""

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor


def full_precision(x: Tensor) -> Tensor:
    """bfloat16 and float16 to float32; float32 and float64 unchanged."""
    return x.float() if x.dtype in (torch.bfloat16, torch.float16) else x


def is_autocast(device: torch.device) -> bool:
    """Whether autocast to half precision is enabled for this device."""
    kind = device.type
    return torch.amp.is_autocast_available(kind) and torch.is_autocast_enabled(kind)


def without_autocast(device: torch.device) -> AbstractContextManager[object]:
    """A context in which autocast is disabled."""
    return torch.autocast(device.type, enabled=False) if is_autocast(device) else nullcontext()
