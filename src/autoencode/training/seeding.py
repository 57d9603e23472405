"""Noise as a pure function of the seed and the step."""

from collections.abc import Generator
from contextlib import contextmanager

import torch

from autoencode.data.seeds import derive_seed


@contextmanager
def preserved_rng(device: torch.device) -> Generator[None]:
    """Leaves the process's random generators as they were found."""
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        yield


def seed_rng(seed: int, *position: int) -> None:
    """Sets PyTorch's generators for what follows.

    Done at every step, it makes the step's noise depend on the seed and the step's number alone: to resume exactly, a
    number is enough, and no generator's state has to be kept.
    """
    set_rng_seed(derive_seed(seed, *position))


def set_rng_seed(number: int) -> None:
    """As `torch.manual_seed`, which also keeps a trace of its caller for devices that are not in use: that takes a
    tenth of a step of `dense-vae`, and a quarter of drawing from it.
    """
    torch.default_generator.manual_seed(number)
    if torch.cuda.is_initialized():
        torch.cuda.manual_seed_all(number)
    if torch.backends.mps.is_available():
        torch.mps.manual_seed(number)
