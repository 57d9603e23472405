"""Noise as a pure function of the seed and the step."""

from collections.abc import Generator
from contextlib import contextmanager

import torch

_MASK = (1 << 64) - 1


def derive_seed(seed: int, *numbers: int) -> int:
    """Stirs `seed` and `numbers` into one seed, by the finalizer of splitmix64 after each number.

    `seed + epoch` would give the second epoch of one run to the first epoch of the next; this does not.

    Args:
        seed: any whole number, negative ones as well; the lowest 64 bits count.
        numbers: what the seed is for, such as an epoch or the number of a part. Their order counts.

    Returns:
        A whole number from 0 to 2**63 - 1, as `torch.Generator.manual_seed` takes it.

    References:
        Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, figure 17.

    Example:
        >>> derive_seed(0, 1) == derive_seed(0, 1), derive_seed(0, 1) == derive_seed(1, 0), derive_seed(0) == derive_seed(0, 0)
        (True, False, False)
    """
    state = _stirred(seed & _MASK)
    for number in numbers:
        state = _stirred(state ^ (number & _MASK))
    return state >> 1


def _stirred(state: int) -> int:
    state = (state + 0x9E3779B97F4A7C15) & _MASK
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
    return state ^ (state >> 31)


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
