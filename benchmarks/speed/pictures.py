"""The pictures that the driver wrote, for contenders without autoencode."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from speed.jobs import Job


def pictures(path: Path, job: Job) -> np.ndarray:
    """All of them as float32 in [0, 1], (n, 1, 28, 28), a multiple of `job.together` batches."""
    stored, images = np.load(path, mmap_mode="r"), job.batch_size * job.together
    found = stored[: len(stored) // images * images].astype(np.float32)
    found /= 255
    return found


def orders(n: int, size: int) -> Iterator[np.ndarray]:
    """Endlessly, `size` of `n` indices, each once per epoch, in a new random order for each epoch."""
    generator = np.random.default_rng(0)
    while True:
        yield from generator.permutation(n).astype(np.int32)[: n // size * size].reshape(-1, size)
