"""On how many threads a training is fastest, on a machine that may have other work."""

import os
import statistics
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

import torch

_SECONDS = 0.04
_ROUNDS = 5
_MIN_SPEEDUP = 1.1
"""Fewer threads must be so many times as fast as all of them: bits depend on their number."""


def choose_threads(requested: int | None) -> int:
    """As many as are wanted, or as are fastest now.

    Threads of one computation wait for each other. Where another process keeps a core busy, all of them wait for the
    one that it holds up: beside one such process two threads on two cores are 2 to 4 times slower than one
    (`benchmarks/threads.py`). So a moment's work is timed on all threads and on fewer.

    Args:
        requested: None where it is to be found out; OMP_NUM_THREADS in the environment is then somebody's choice, too.
    """
    most = torch.get_num_threads()
    if requested is not None or most == 1 or "OMP_NUM_THREADS" in os.environ:
        return requested or most
    return fastest([most, *sorted({most - 1, most // 2, 1} - {most, 0}, reverse=True)], _speed)


def fastest(counts: list[int], speed: Callable[[int], float]) -> int:
    """The number of threads with the greatest speed; the first, unless another is clearly faster.

    All are timed in turn, some rounds of it, and the median counts: a moment in which the whole machine stands still
    must not decide.

    Args:
        counts: to be compared.
        speed: of a number of threads.
    """
    rounds = [[speed(count) for count in counts] for _ in range(_ROUNDS)]
    speeds = {count: statistics.median(found) for count, found in zip(counts, zip(*rounds, strict=True), strict=True)}
    best = max(counts, key=speeds.__getitem__)
    return best if speeds[best] > _MIN_SPEEDUP * speeds[counts[0]] else counts[0]


@contextmanager
def use_threads(count: int) -> Generator[None]:
    """Computes on so many threads meanwhile."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _speed(count: int) -> float:
    """Products of matrices in a second, each of a tenth of a millisecond and divided between all threads."""
    a, b = torch.ones(128, 256), torch.ones(256, 256)
    with use_threads(count):
        for _ in range(5):
            torch.mm(a, b)
        began, done = time.perf_counter(), 0
        while (passed := time.perf_counter() - began) < _SECONDS:
            torch.mm(a, b)
            done += 1
    return done / passed
