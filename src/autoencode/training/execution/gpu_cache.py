"""Keeps the examples in a GPU's memory."""

import torch

from autoencode.data import Subset

_SHARE = 0.5
"""The share of the free memory that examples may take; the rest is for the model and its steps."""


def cache_on_gpu(part: Subset, device: torch.device) -> Subset:
    """Moves the examples to a GPU if they take at most half of its free memory; batches are then gathered there.

    Args:
        part: the examples.
        device: where the model is; on the processor the examples stay as they are.
    """
    if device.type != "cuda" or part.nbytes > _SHARE * free_memory(device):
        return part
    return part.to(device)


def free_memory(device: torch.device) -> int:
    """The free memory of a GPU in bytes."""
    free, _ = torch.cuda.mem_get_info(device)
    return free
