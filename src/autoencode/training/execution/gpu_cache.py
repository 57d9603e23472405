"""Examples that stay on a GPU."""

import torch

from autoencode.data import Subset

_SHARE = 0.5
"""Of the memory that is free there; the rest is for the model and its steps."""


def cache_on_gpu(part: Subset, device: torch.device) -> Subset:
    """The part in a GPU's own memory, where it takes at most half of what is free: batches are then gathered there.

    Args:
        part: the examples.
        device: where they are trained on; on the processor the part stays as it is.
    """
    if device.type != "cuda" or part.nbytes > _SHARE * free_memory(device):
        return part
    return part.to(device)


def free_memory(device: torch.device) -> int:
    """Bytes that are free on a GPU."""
    free, _ = torch.cuda.mem_get_info(device)
    return free
