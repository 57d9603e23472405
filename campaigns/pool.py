"""Cases side by side, each in a forked process that tells its result through a pipe."""

import json
import os
import select
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict

from campaigns.fault import CaseResult, Fault


def results(numbers: Sequence[int], run_case: Callable[[int], CaseResult], jobs: int) -> Iterator[CaseResult]:
    """The result of each case, as they end.

    Args:
        numbers: which cases.
        run_case: makes one; it is called in a process of its own.
        jobs: how many at a time.
    """
    waiting, running = list(reversed(numbers)), dict[int, tuple[int, int]]()
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                number = waiting.pop()
                end, pid = _start(number, run_case)
                running[end] = (pid, number)
            for end in select.select(list(running), [], [])[0]:
                yield _finish(end, *running.pop(end))
    finally:
        for pid, _ in running.values():
            os.kill(pid, signal.SIGKILL)


def _start(number: int, run_case: Callable[[int], CaseResult]) -> tuple[int, int]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return reading, pid
    os.close(reading)
    try:
        said = json.dumps(asdict(run_case(number)))
    except BaseException:  # the campaign's own mistake, which must not look like a clean case
        said = json.dumps(traceback.format_exc())
    with os.fdopen(writing, "w") as pipe:
        pipe.write(said)
    os._exit(0)


def _finish(end: int, pid: int, number: int) -> CaseResult:
    with os.fdopen(end) as pipe:
        said = pipe.read()
    os.waitpid(pid, 0)
    found = json.loads(said) if said else "the case's process was killed"
    if isinstance(found, str):
        fault = Fault("campaign", "the campaign itself", found.strip().splitlines()[-1], found)
        return CaseResult(number, "", 0, 0, (fault,))
    return CaseResult(**{**found, "faults": tuple(Fault(**fault) for fault in found["faults"])})
