"""The number of threads on which training is fastest, on a machine that may be busy with other work."""

import os
import statistics
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import torch

_SECONDS = 0.04
_ROUNDS = 5
_MIN_SPEEDUP = 1.1
"""Fewer threads must be so many times as fast as all of them, since the number changes the last bits of results."""
_lock = threading.Lock()
T = TypeVar("T")


def choose_threads(requested: int | None) -> int:
    """The requested number of threads, or the number that is fastest now.

    The threads of one computation wait for each other. Where another process keeps a core busy, all of them wait for
    the one on that core: beside one such process two threads on two cores are 2 to 4 times slower than one
    (`benchmarks/threads.py`). So a short computation is timed on all threads and on fewer.

    Args:
        requested: None to find it out. OMP_NUM_THREADS in the environment counts as a request, too.
    """
    most = torch.get_num_threads()
    if requested is not None or most == 1 or "OMP_NUM_THREADS" in os.environ:
        return requested or most
    return fastest([most, *sorted({most - 1, most // 2, 1} - {most, 0}, reverse=True)], _speed)


def fastest(counts: list[int], speed: Callable[[int], float]) -> int:
    """The number of threads with the greatest speed; the first one, unless another is clearly faster.

    All are timed in turn, in several rounds, and the medians are compared: a moment in which the whole machine stands
    still must not decide.

    Args:
        counts: numbers of threads to compare.
        speed: measures the speed on a number of threads.
    """
    rounds = [[speed(count) for count in counts] for _ in range(_ROUNDS)]
    speeds = {count: statistics.median(found) for count, found in zip(counts, zip(*rounds, strict=True), strict=True)}
    best = max(counts, key=speeds.__getitem__)
    return best if speeds[best] > _MIN_SPEEDUP * speeds[counts[0]] else counts[0]


@contextmanager
def use_threads(count: int) -> Generator[None]:
    """Inside the block PyTorch divides the work of this thread among so many threads; afterwards as before.

    `torch.set_num_threads` also decides for every thread that uses PyTorch for the first time after it; that default of
    the process stays as it is, also when several threads are in such blocks at once.
    """
    before = torch.get_num_threads()
    _set_for_this_thread(count)
    try:
        yield
    finally:
        _set_for_this_thread(before)


def _set_for_this_thread(count: int) -> None:
    with _lock:
        default = _in_new_thread(torch.get_num_threads)
        torch.set_num_threads(count)
        if default != count:
            _in_new_thread(lambda: torch.set_num_threads(default))


def _in_new_thread(function: Callable[[], T]) -> T:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function).result()


def _speed(count: int) -> float:
    """Matrix products per second; each takes a tenth of a millisecond and is divided among all threads."""
    a, b = torch.ones(128, 256), torch.ones(256, 256)
    with use_threads(count):
        for _ in range(5):
            torch.mm(a, b)
        began, done = time.perf_counter(), 0
        while (passed := time.perf_counter() - began) < _SECONDS:
            torch.mm(a, b)
            done += 1
    return done / passed
