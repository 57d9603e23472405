"""The device to compute on."""

import torch

from autoencode.errors import ArgumentError


def resolve_device(name: str) -> torch.device:
    """The device with a name; `auto` is a GPU where there is one, otherwise the processor.

    Args:
        name: "auto", "cpu", "cuda", "cuda:1" and the like.

    Raises:
        ArgumentError: this machine has no such device.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        if device.type == "meta":  # shapes without numbers
            raise RuntimeError
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ArgumentError(f"--device {name}: this machine has no such device; use cpu") from error
    return device
