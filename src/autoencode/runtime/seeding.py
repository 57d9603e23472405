"""Random numbers that depend on the seed and the step alone."""

import threading
from contextlib import AbstractContextManager

import torch

from autoencode.errors import CapabilityError
from autoencode.kernels.torch_private import mps_generator

_CPU, _CPU_ONLY = torch.device("cpu"), [torch.default_generator]
_lock = threading.RLock()
_local = threading.local()
_MASK = (1 << 64) - 1


def derive_seed(seed: int, *numbers: int) -> int:
    """Mixes a seed and further numbers into one seed, by the finalizer of splitmix64 after each number.

    With `seed + epoch` the second epoch of one run would have the seed of the first epoch of the next run.

    Args:
        seed: any whole number, also a negative one; its lowest 64 bits count.
        numbers: what the seed is for, such as an epoch. Their order matters.

    Returns:
        A whole number from 0 to 2**63 - 1, as `torch.Generator.manual_seed` takes it.

    References:
        Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, figure 17.

    Example:
        >>> derive_seed(0, 1) == derive_seed(0, 1), derive_seed(0, 1) == derive_seed(1, 0)
        (True, False)
        >>> derive_seed(0) == derive_seed(0, 0)
        False
    """
    state = _mixed(seed & _MASK)
    for number in numbers:
        state = _mixed(state ^ (number & _MASK))
    return state >> 1


def _mixed(state: int) -> int:
    state = (state + 0x9E3779B97F4A7C15) & _MASK
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
    return state ^ (state >> 31)


class _PreservedGenerators:
    """A block after which the default generators of the processor and of a device are as before.

    A class, since entering a generator-based block twice at every training step takes three times as long.
    """

    __slots__ = ("_device", "_generators", "_outer", "_seed", "_states")

    def __init__(self, device: torch.device, seed: int | None) -> None:
        self._device, self._seed = device, seed

    def __enter__(self) -> None:
        _lock.acquire()
        try:
            self._outer, self._generators = _preserved(), _default_generators(self._device)
            self._states = [generator.get_state() for generator in self._generators]
            _local.generators = self._generators
            if self._seed is not None:
                set_rng_seed(self._seed)
        except BaseException:
            _lock.release()
            raise

    def __exit__(self, *_: object) -> None:
        try:
            _local.generators = self._outer
            for generator, state in zip(self._generators, self._states, strict=True):
                generator.set_state(state)
        finally:
            _lock.release()


def preserved_rng(device: torch.device = _CPU) -> AbstractContextManager[None]:
    """Inside the block `seed_rng` may be called; afterwards PyTorch's default generators are as before.

    PyTorch has one default generator for all threads, so only one thread at a time can be in such a block; others wait.
    Blocks may be nested.

    Args:
        device: whose default generator is preserved, besides that of the processor.
    """
    return _PreservedGenerators(device, None)


def seeded_rng(seed: int, device: torch.device = _CPU) -> AbstractContextManager[None]:
    """Inside the block PyTorch's default generators start from a seed; afterwards they are as before.

    Args:
        seed: any whole number of 64 bits.
        device: where numbers are drawn, besides the processor.
    """
    return _PreservedGenerators(device, seed)


def seed_rng(seed: int, *position: int) -> None:
    """`set_rng_seed` for one position in a run, such as a training step.

    Called at every step, it makes the noise of a step depend on the seed and the step's number alone: to resume
    exactly, that number is enough, and no state of a generator needs to be saved.
    """
    set_rng_seed(derive_seed(seed, *position))


def set_rng_seed(seed: int) -> None:
    """Seeds the default generators of the processor and of the device of the surrounding `preserved_rng`.

    `torch.manual_seed` seeds every device, also those that are not preserved, and records a traceback for devices that
    are not in use, which takes a tenth of a training step of `dense-vae`.
    """
    for generator in _preserved():
        generator.manual_seed(seed)


def _preserved() -> list[torch.Generator]:
    """The generators of the surrounding block in this thread; that of the processor where there is no block."""
    return getattr(_local, "generators", _CPU_ONLY)


def _default_generators(device: torch.device) -> list[torch.Generator]:
    """The default generators of the processor and of a device."""
    if device.type == "cpu":
        return _CPU_ONLY
    if device.type == "cuda":
        torch.cuda.init()
        index = torch.cuda.current_device() if device == torch.device(device.type) else device.index
        return [torch.default_generator, torch.cuda.default_generators[index]]
    if device.type == "mps":
        return [torch.default_generator, mps_generator()]
    raise CapabilityError(f"random numbers cannot be seeded on {device}: use cpu, cuda or mps")
